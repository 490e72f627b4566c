import { distinctUntilChanged, filter, groupBy, map, ReplaySubject, takeWhile, type Observable, type ObservableInput } from 'rxjs';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import { createCallSplitter, type CallNews } from './tools/createCallSplitter.ts';
import type { ToolCallStream } from './tools/ToolCallStream.ts';
import type { ToolLike } from './tools/ToolLike.ts';

/** Config of `byToolCall`. */
export interface ByToolCallConfig {
  /**
   * The choice whose calls are read, for calls with `n > 1`.
   *
   * @defaultValue every choice
   */
  readonly choice?: number | undefined;
  /**
   * The tools offered. A name is known at once when it is one of theirs and no beginning of another; otherwise when the
   * arguments begin, since a few endpoints send it in pieces.
   *
   * @defaultValue any tool
   */
  readonly tools?: readonly ToolLike[] | undefined;
}

/**
 * Emits each tool call as soon as its name is known, with its arguments as an Observable of the text so far: for views that
 * show a file while it is being written, call by call, however the calls take turns.
 *
 *     in:      s-c-x-d-y-z-f-d|      c, d: name a call; x, z: arguments of the first, y: of the second
 *     out:     ----C---D------|
 *       C:         a-----b---|       a = '{"city":', b = '{"city":"Bern"}'
 *       D:             e-----|       e = '{}'
 *
 * `args` completes when the answer has finished and the arguments are whole, never because they look whole. In every other
 * case it fails, so whoever runs a call at completion runs none that was cut: with the source's error; with `tool_input`
 * when the answer was cut (`length`, `content_filter`, or neither `finish` nor `done`); and with `tool_input` when a `start`
 * voids the call. The calls of the new attempt are others. Where a restart must not end what is merged of several calls,
 * catch that per call. `assembleToolCalls` gives calls to be run, with input that was checked.
 *
 * Holds each call's arguments, in time linear in their length. Unsubscribing from one call leaves the others; the answer is
 * read until the calls and the stream of calls have all been unsubscribed, as with rxjs's `groupBy`.
 *
 * @example
 * import { map, mergeMap, of } from 'rxjs';
 * import { byToolCall } from 'rx-completions/operators';
 *
 * const call = { type: 'tool_call_delta', choice: 0, id: 'c0', name: 'write', delta: '{"text":"Hi"}' } as const;
 * of(call, { type: 'done', reason: 'tool_calls', attempts: 1 } as const)
 *   .pipe(byToolCall(), mergeMap(({ name, args }) => args.pipe(map((text) => `${name} ${text}`))))
 *   .subscribe((line) => console.log(line)); // write {"text":"Hi"}
 */
export const byToolCall = (config: ByToolCallConfig = {}): EventReader<ToolCallStream> => {
  expectConfig('byToolCall', config, { choice: true, tools: true });
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<ToolCallStream> =>
    liftReader(createCallSplitter(config))(source).pipe(
      // The latest news says all that came before it.
      groupBy(({ head }) => head, { connector: () => new ReplaySubject<CallNews>(1) }),
      map((news) => ({ ...news.key, args: news.pipe(untilEnding) })),
    );
};

const untilEnding = (news: Observable<CallNews>): Observable<string> =>
  news.pipe(
    takeWhile(({ ending }) => ending === undefined, true),
    map(({ args, ending }) => {
      if (ending !== undefined && ending !== 'whole') throw ending;
      return args;
    }),
    filter((args) => args !== ''),
    distinctUntilChanged(),
  );
