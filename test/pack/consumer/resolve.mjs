// Prints what becomes of each module that is asked for.
const outcomes = process.argv.slice(2).map((name) => {
  try {
    import.meta.resolve(name);
    return [name, 'resolved'];
  } catch (error) {
    return [name, error.code];
  }
});
console.log(JSON.stringify(Object.fromEntries(outcomes)));
