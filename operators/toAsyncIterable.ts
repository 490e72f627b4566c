import { from, type ObservableInput } from 'rxjs';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { createDeltaJoiner } from './waiting/createDeltaJoiner.ts';
import { createPuller } from './waiting/createPuller.ts';
import { createWaitingLine } from './waiting/createWaitingLine.ts';

/** Config of `toAsyncIterable`. */
export interface ToAsyncIterableConfig {
  /**
   * How many values may wait before the endpoint has to: its socket is read no further until half of them are taken. What
   * the read at hand still holds, and at most two reads of 64 KiB behind it, come on top. A mark below what a read holds costs a reader who keeps up a
   * pause at each; `Infinity` never makes the endpoint wait. Values count, not their length: behind `coalesceDeltas`, where
   * one may be a whole read, 16 are many.
   *
   * @defaultValue 1024
   */
  readonly highWaterMark?: number | undefined;
  /**
   * Joins adjacent pieces of one part while they wait, as `coalesceDeltas` does, so that a consumer who was busy is told at
   * once what it has missed.
   *
   * @defaultValue false
   */
  readonly coalesce?: boolean | undefined;
}

/**
 * Makes a source of pushes one that is pulled: `for await` takes one value after the other, and the endpoint is not read
 * faster than that. Each iteration subscribes once, when it asks for its first value; leaving the loop unsubscribes.
 *
 *     source:  s-t-t-t-t-t-f-d|       the socket is paused while more than highWaterMark wait
 *     taken:   s---t---t---t---t---t-f-d|
 *
 * Values wait in order, and an error is thrown behind those that came before it. The pause reaches the socket of every call
 * whose events come through synchronously, as they do through all operators here and through those of rxjs that have no
 * clock: a call that retries, falls back or is merged with others as well. It does not reach through what hands values on
 * later (`delay`, `observeOn`, a promise per value), nor a response that ends with its connection: then all that comes waits
 * here, and nothing is lost. A call shared by several readers goes as fast as the slowest that pulls.
 *
 * While it is paused the endpoint's silence is nobody's fault: `idleMs` and `contentMs` stand still, `totalMs` goes on. Some
 * servers hang up on who does not read for a minute, once the system's own socket buffers are full; give those a mark high
 * enough for an answer.
 *
 * In TypeScript, `pipe` of an Observable takes only what returns an Observable: apply this to the whole, as below.
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateText, toAsyncIterable } from 'rx-completions/operators';
 *
 * const call = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const);
 * const texts = toAsyncIterable({ highWaterMark: 64 })(call.pipe(accumulateText()));
 * for await (const text of texts) console.log(text); // Hi
 *
 * @throws what the source fails with, out of the loop; `CompletionError` with code `config`, when called with a mark that is none.
 * @see toReadableStream, coalesceDeltas
 */
export const toAsyncIterable = (config: ToAsyncIterableConfig = {}): (<T>(source: ObservableInput<T>) => AsyncIterable<T>) => {
  expectConfig('toAsyncIterable', config, FIELDS);
  const { highWaterMark = 1024, coalesce = false } = config;
  expectAmount('toAsyncIterable', { highWaterMark }, 0);
  return <T>(source: ObservableInput<T>): AsyncIterable<T> => ({
    [Symbol.asyncIterator]: () =>
      createPuller(from(source), createWaitingLine(highWaterMark, coalesce ? createDeltaJoiner<T>() : undefined)),
  });
};

const FIELDS: ConfigFields<ToAsyncIterableConfig> = { highWaterMark: true, coalesce: true };
