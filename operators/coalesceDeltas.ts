import { defer, finalize, from, tap } from 'rxjs';
import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent, EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { lift } from './lift.ts';
import { createCoalescer } from './waiting/createCoalescer.ts';

/** Config of `coalesceDeltas`. */
export interface CoalesceDeltasConfig {
  /**
   * How long the first piece may wait for others, in milliseconds.
   *
   * @defaultValue to the end of the present turn, which is one read of the socket
   */
  readonly everyMs?: number | undefined;
  /**
   * The clock: `animationFrameScheduler` hands on once a frame.
   *
   * @defaultValue asyncScheduler with `everyMs`, asapScheduler without
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Makes one event of adjacent pieces that come within a moment, so that a view is updated once per read, frame or 50 ms
 * instead of once per token. Nothing is lost and nothing changes places: `text_delta`, `reasoning_delta`, `refusal_delta`,
 * `tool_call_delta` and `audio_delta` are joined with the one before them where all but their piece is the same (the
 * choice, the call's index and id, any field another operator has added).
 *
 *     in:   s-(tttcc)----(tt)-f-d|      t = "a", "b", "c"   c = "{", "}"
 *     out:  s-(TC)-------(U)--f-d|      T = "abc"           C = "{}"
 *
 * Where a name comes again, or an object may begin behind the end of another, tool call pieces stay apart, so that
 * `assembleToolCalls` finds the same calls; audio stays apart where base64 would not go on. Pieces of parts that take turns
 * have nothing next to them to join.
 *
 * Held is one event, released before any that is no piece, before the end, and before an error, since it had come before.
 * Linear in the length of the answer. A slow `toAsyncIterable` behind it still makes the endpoint wait.
 *
 * @example
 * import { of } from 'rxjs';
 * import { coalesceDeltas } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hel' } as const, { type: 'text_delta', choice: 0, delta: 'lo' } as const)
 *   .pipe(coalesceDeltas())
 *   .subscribe((event) => console.log(event.delta)); // Hello
 *
 * @throws `CompletionError` with code `config`, when called with a time that is none.
 * @see paceText for text at an even pace; toAsyncIterable, whose `coalesce` joins only what its reader has no time for
 */
export const coalesceDeltas = (config: CoalesceDeltasConfig = {}): EventOperator => {
  expectConfig('coalesceDeltas', config, FIELDS);
  expectAmount('coalesceDeltas', { everyMs: config.everyMs ?? 0 }, 0);
  return <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<E> =>
    defer(() => {
      const { stage, release, stop } = createCoalescer<E>(config);
      return lift(stage)(from(source).pipe(tap({ error: release }))).pipe(finalize(stop));
    });
};

const FIELDS: ConfigFields<CoalesceDeltasConfig> = { everyMs: true, scheduler: true };
