import { monitorEventLoopDelay } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { clients } from './clients.mjs';

// One call of one client in a process of its own: tells what its user got, what it cost, and what its error gives away.
// It stays until it is killed, so that what it does to its socket is the client's doing and not the process's end.

const rssMb = () => process.resourceUsage().maxRSS / 1024;

/** All that a log of the error would show; of a huge message only the message itself, which is bad enough. */
const shownBy = (error) => {
  const message = String(error?.message ?? error);
  if (message.length > 1_000_000) return message;
  const whole = { depth: 12, maxStringLength: 100_000, maxArrayLength: 1000 };
  return [message, error?.stack, inspect(error, whole), asJson(error)].join('\n');
};

const asJson = (value) => {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
};

const describeError = (error, find) => {
  const message = String(error?.message ?? error);
  const shown = shownBy(error);
  return { message: message.slice(0, 300), length: message.length, found: find.filter((each) => shown.includes(each)) };
};

process.on('message', async ({ ask, find, aborts, pulseMs }) => {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  const rssBefore = rssMb();
  const cost = () => ({ growthMb: rssMb() - rssBefore, blockedMs: Math.max(0, delay.max / 1e6 - 10) });
  delay.enable();
  const began = performance.now();
  setInterval(() => process.send({ pulse: cost() }), pulseMs);
  const tell = (seen) => process.send({ seen: { ...seen, ...cost(), ms: performance.now() - began } });

  const leaving = new AbortController();
  let left = !aborts;
  const onText = () => {
    if (left) return;
    left = true;
    // In a silence, as a user does: at the very moment a piece comes, Node's fetch closes its socket only at times.
    setTimeout(() => {
      const abortedAt = Date.now();
      leaving.abort();
      tell({ outcome: 'aborted', abortedAt });
    }, 50);
  };
  try {
    const answer = await call({ ...ask, signal: leaving.signal, onText });
    tell({ outcome: 'complete', ...answer });
  } catch (error) {
    tell({ outcome: 'error', error: describeError(error, find) });
  }
});
process.on('disconnect', () => process.exit());
// What a client throws past its user is not what its user got.
process.on('uncaughtException', () => undefined);
const call = await clients[process.argv[2]].load();
process.send({ ready: true });
