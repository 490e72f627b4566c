import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenExpectation } from './createExpectation.ts';
import type { ResponseWire } from './createResponseWire.ts';
import type { Step } from './Step.ts';

/** One run of a script. */
export interface Performance {
  readonly steps: readonly Step[];
  /** One for each `expectClosed` of the script, in order. */
  readonly expectations: readonly OpenExpectation[];
  readonly wire: ResponseWire;
  /** Fires when the client leaves, which stops the script wherever it is. */
  readonly signal: AbortSignal;
}

/** Plays a script to its end; rejects when `signal` fires or the script itself fails. */
export const playScript = async ({ steps, expectations, wire, signal }: Performance): Promise<void> => {
  const waiting = expectations.values();
  const left = fired(signal);
  for (const step of steps) {
    signal.throwIfAborted();
    switch (step.type) {
      case 'headers':
        await wire.head(step);
        break;
      case 'body':
        await wire.body(step.bytes);
        break;
      case 'raw':
        await wire.raw(step.bytes);
        break;
      case 'split':
        wire.split(step.rule);
        break;
      case 'wait':
        await sleep(step.ms, undefined, { signal });
        break;
      case 'until':
        await Promise.race([typeof step.ready === 'function' ? step.ready() : step.ready, left]);
        break;
      case 'end':
        await wire.end();
        break;
      case 'fin':
        wire.fin();
        break;
      case 'reset':
        await wire.reset();
        break;
      case 'stall':
        break;
      case 'expectClosed':
        // The signal ends the sleep when the client closes in time, and with it the script.
        await sleep(step.withinMs, undefined, { signal });
        waiting.next().value?.settle(`the client kept its connection open for ${step.withinMs} ms`);
        break;
      default:
        return step satisfies never;
    }
  }
  if (!steps.some(({ type }) => ENDINGS.has(type))) await wire.end();
};

/** Steps that say how the response ends, or that it does not. */
const ENDINGS: ReadonlySet<Step['type']> = new Set<Step['type']>(['end', 'fin', 'reset', 'stall', 'expectClosed']);

const fired = (signal: AbortSignal): Promise<never> => {
  const rejecting = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the client left')), { once: true });
  });
  // Most scripts wait for nothing, and then no one looks at it.
  rejecting.catch(() => undefined);
  return rejecting;
};
