import { script } from '../../../dist/src/testing/index.js';
import { ending, right, wrong } from '../judge.mjs';

/** What an error gives away to whoever logs it. */
const PROMPT = 'PROMPT-CANARY-27bd';
const KEY = ['sk-KEY-CANARY-4c', 'KEY-CANARY-e9'];

const holdsNothing = (what) => (seen) => {
  if (seen.outcome !== 'error') return wrong(ending(seen));
  return seen.error.found.length === 0 ? right : wrong(what);
};

export const secrets = [
  {
    name: 'line break in the key: not in the error',
    ask: { key: KEY.join('\r\n') },
    find: KEY,
    play: () => script().json({ error: { message: 'wrong key' } }, { status: 401 }),
    judge: holdsNothing('prints the key'),
  },
  {
    name: '400: prompt not in the error',
    ask: { prompt: PROMPT },
    find: [PROMPT],
    play: () => script().json({ error: { message: 'bad request' } }, { status: 400 }),
    judge: holdsNothing('holds the prompt'),
  },
];
