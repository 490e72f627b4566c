import type { ObservableInput } from 'rxjs';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { toAsyncIterable } from './toAsyncIterable.ts';

/** Config of `toReadableStream`. */
export interface ToReadableStreamConfig {
  /**
   * How many values may wait before the endpoint has to, as in `toAsyncIterable`.
   *
   * @defaultValue 1024
   */
  readonly highWaterMark?: number | undefined;
  /**
   * Joins adjacent pieces of one part while they wait, as in `toAsyncIterable`.
   *
   * @defaultValue false
   */
  readonly coalesce?: boolean | undefined;
}

/**
 * Makes a web stream of a source: of events, or of whatever the operators before it made of them. It subscribes at the first
 * read, and takes a value for each; a slow reader makes the endpoint wait as `toAsyncIterable` does, whose limits are the
 * same. `cancel` unsubscribes, and an error fails the stream behind the values that came before it.
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateText, toReadableStream } from 'rx-completions/operators';
 *
 * const call = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const);
 * const bytes = toReadableStream()(call.pipe(accumulateText())).pipeThrough(new TextEncoderStream());
 * console.log(await new Response(bytes).text()); // Hi
 *
 * @throws what the source fails with, to the reader; `CompletionError` with code `config`, when called with a mark that is none.
 * @see toAsyncIterable
 */
export const toReadableStream = (config: ToReadableStreamConfig = {}): (<T>(source: ObservableInput<T>) => ReadableStream<T>) => {
  expectConfig('toReadableStream', config, FIELDS);
  const { highWaterMark = 1024, coalesce } = config;
  expectAmount('toReadableStream', { highWaterMark }, 0);
  const iterate = toAsyncIterable({ highWaterMark, coalesce });
  return <T>(source: ObservableInput<T>): ReadableStream<T> => {
    const values = iterate(source)[Symbol.asyncIterator]();
    let isOver = false;
    return new ReadableStream<T>(
      {
        pull: async (controller) => {
          const next = await values.next();
          if (next.done !== true) controller.enqueue(next.value);
          // A reader that has left while a value was asked for has closed the stream itself.
          else if (!isOver) controller.close();
        },
        cancel: async () => {
          isOver = true;
          await values.return?.();
        },
      },
      // What waits, waits before the stream, where it can be counted together with what the source still holds.
      { highWaterMark: 0 },
    );
  };
};

const FIELDS: ConfigFields<ToReadableStreamConfig> = { highWaterMark: true, coalesce: true };
