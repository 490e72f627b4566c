// Prints what each door gives to import, and whether require gives the same.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const imported = {};
let requiredAreTheSame = true;
for (const door of process.argv.slice(2)) {
  const namespace = await import(door);
  const required = require(door);
  imported[door] = Object.keys(namespace).sort();
  for (const name of imported[door]) requiredAreTheSame &&= required[name] === namespace[name];
}
console.log(JSON.stringify({ imported, requiredAreTheSame }));
