import { chunk, script } from '../../../dist/src/testing/index.js';
import { ending, fails, failsTelling, right, wrong } from '../judge.mjs';

/** How a stream ends, or does not. */
const half = script().data(chunk({ role: 'assistant', text: 'Hel' }));
const whole = half.data(chunk({ text: 'lo' })).data(chunk({ finish: 'stop' }));
const failing = chunk({ text: '', finish: 'error' });
/** As OpenRouter sends it. */
const failedChoice = { ...failing, choices: failing.choices.map((choice) => ({ ...choice, error: { code: 502, message: 'upstream failed' } })) };
const partWay = { limitMs: 4000, ask: { timeoutMs: 1000 }, judge: fails };

export const endings = [
  { name: 'stream cut off without an end: an error', play: () => half.end(), judge: fails },
  {
    name: 'error frame in mid-answer: an error, with its words',
    play: () => half.data({ error: { message: 'the model is overloaded', code: 502 } }).done(),
    find: ['the model is overloaded'],
    judge: failsTelling('words lost'),
  },
  {
    name: 'error inside a choice: an error',
    play: () => half.data(failedChoice).done(),
    judge: fails,
  },
  { ...partWay, name: 'stalled stream, timeout 1 s: ends', play: () => half.stall() },
  {
    ...partWay,
    name: 'stalled body of a 400, timeout 1 s: ends',
    play: () => script().headers(400, { 'content-type': 'application/json' }).body('{"error":{"mess').stall(),
  },
  {
    name: 'socket held open after [DONE]: the call ends',
    limitMs: 4000,
    play: () => whole.done().stall(),
    judge: (seen) => (seen.outcome === 'complete' && seen.text === 'Hello' ? right : wrong(ending(seen))),
  },
  {
    name: 'user leaves in a silence: socket closed within 100 ms',
    alone: true,
    aborts: true,
    limitMs: 4000,
    play: () => half.stall(),
    judge: ({ outcome, abortedAt, closedAt }) => {
      if (outcome !== 'aborted') return wrong('no text came');
      if (closedAt === undefined) return wrong('stays open');
      return closedAt - abortedAt <= 100 ? right : wrong(`after ${closedAt - abortedAt} ms`);
    },
  },
];
