import { cases, faults } from './catalogue.mjs';

const rowOf = (id, entry) => ({ id, tests: 0, ...(typeof entry === 'string' ? { what: entry } : entry) });

/** Every row of the catalogue by its id, in order. */
export const rowsOf = () => {
  const rows = new Map();
  const add = (id, entry) => rows.set(id, rowOf(id, entry));
  faults.forEach((entry, index) => add(`fault ${index + 1}`, entry));
  for (const [family, entries] of Object.entries(cases))
    entries.forEach((entry, index) => add(`T-${family}-${String(index + 1).padStart(2, '0')}`, entry));
  return rows;
};

/** The ids in a test's name; `fault 1, fault 2` and `faults 1 and 2` are two, as `T-TH-01, T-TH-02` and `T-TH-01/02` are. */
export const idsIn = (name) => {
  const ids = new Set();
  for (const [, number] of name.matchAll(/\bfault (\d+)/g)) ids.add(`fault ${number}`);
  for (const [, numbers] of name.matchAll(/\bfaults (\d+(?:(?:, | and |\/)\d+)*)/g))
    for (const number of numbers.match(/\d+/g)) ids.add(`fault ${number}`);
  for (const [, family, numbers] of name.matchAll(/\b(T-[A-Z]+)-(\d+(?:\/\d+)*)/g))
    for (const number of numbers.split('/')) ids.add(`${family}-${number}`);
  return ids;
};

/** Counts the tests of each row, and names what is wrong with the table. */
export const tally = (names) => {
  const rows = rowsOf();
  const problems = [];
  const strangers = new Set();
  for (const name of names) {
    for (const id of idsIn(name)) {
      const row = rows.get(id);
      if (row !== undefined) row.tests += 1;
      else if (!strangers.has(id)) {
        strangers.add(id);
        problems.push(`${id} is in no catalogue, but in the name of a test: ${name}`);
      }
    }
  }
  for (const { id, what, tests, never, later } of rows.values()) {
    const reason = never ?? later;
    if (reason === undefined && tests === 0) problems.push(`${id} has no test: ${what}`);
    if (reason !== undefined && tests > 0) problems.push(`${id} has a test, but is said to need none: ${reason}`);
  }
  return { rows: [...rows.values()], problems };
};

/** One line of figures for the rows whose id begins with this. */
export const figures = (rows, name, prefix) => {
  const own = rows.filter(({ id }) => id.startsWith(prefix));
  const isExcused = ({ never, later }) => (never ?? later) !== undefined;
  const tested = own.filter((row) => row.tests > 0 && !isExcused(row)).length;
  const apart = own.filter((row) => row.never !== undefined && row.tests === 0).length;
  const later = own.filter((row) => row.later !== undefined && row.tests === 0).length;
  return `${name} ${tested + apart + later}/${own.length} (${tested} tested, ${apart} do not apply, ${later} to do)`;
};
