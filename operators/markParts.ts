import type { Observable, ObservableInput } from 'rxjs';
import type { FinishReason, StreamEvent, ToolCallDeltaEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent } from './EventOperator.ts';
import { lift } from './lift.ts';
import { createChoiceMarker, type ChoiceMarker } from './marks/createChoiceMarker.ts';
import type { Marked } from './marks/Marked.ts';
import type { PartEvent } from './marks/PartEvent.ts';
import { createCallKeeper } from './tools/createCallKeeper.ts';

/**
 * Marks where the parts of an answer begin and end, for views that open and close a block for each: adds `text_start` and
 * `text_end`, and the same for `reasoning`, `refusal` and `tool_call`, with the part's place in its choice. Each delta of a
 * part then says by the same number, `part`, where it belongs, and one of a call also by its `callId`.
 *
 *     in:   s-r-r----t-t----c----c-f------------d|
 *     out:  s-(Rr)-r-(/Tt)-t-(/Cc)-c-(/f)-------d|      R, T, C: starts; / the end of what is open
 *
 * - Text, reasoning and refusals end when another part of the choice begins, or the choice ends; one is open at a time.
 * - Calls may come in turns, so they stay open while others go on, and end with the choice, the latest first, never because
 *   their arguments look whole. An end is no permission to run a call: `assembleToolCalls` says which can be run.
 * - All ends of a choice come before its `finish`; where none comes, before `done`, or at completion. `closed: false` tells
 *   that the part was cut off, and for reasoning that nothing came after it.
 * - A `start` voids what is open, and a failure ends nothing: neither brings an end.
 * - An empty piece begins nothing, and has the number of what it would go on with or begin. Late details of reasoning belong to the last part of reasoning, which may have ended.
 *
 * In `stripThink(), markParts()`, what stands in think tags is a part of its own. Citations, images and sounds have places
 * as well and no marks, since they come whole or beside the words. Holds the calls of the answer.
 *
 * @example
 * import { of } from 'rxjs';
 * import { markParts } from 'rx-completions/operators';
 *
 * of({ type: 'reasoning_delta', choice: 0, delta: 'hm' } as const, { type: 'text_delta', choice: 0, delta: 'Yes' } as const)
 *   .pipe(markParts())
 *   .subscribe(({ type }) => console.log(type)); // reasoning_start, …_delta, …_end, text_start, …_delta, …_end
 */
export const markParts = (): (<E extends AnyEvent = StreamEvent>(source: ObservableInput<E>) => Observable<Marked<E> | PartEvent>) =>
  // Safe as in `liftEvents`: events of one `type` have one shape, and those of other types pass as they are.
  lift(createPartMarker) as unknown as <E extends AnyEvent>(source: ObservableInput<E>) => Observable<Marked<E> | PartEvent>;

const createPartMarker: Stage<StreamEvent, Marked<StreamEvent> | PartEvent> = (emit) => {
  const kept = createCallKeeper({});
  const choices = new Map<number, ChoiceMarker>();

  const markerOf = (choice: number): ChoiceMarker => {
    const known = choices.get(choice);
    if (known !== undefined) return known;
    const opened = createChoiceMarker(choice, emit);
    choices.set(choice, opened);
    return opened;
  };

  const reset = (): void => {
    kept.reset();
    choices.clear();
  };

  const endAll = (reason?: FinishReason): void => {
    const inOrder = [...choices].sort(([left], [right]) => left - right);
    for (const [choice, marker] of inOrder) marker.end(kept.isWhole(choice, reason));
    reset();
  };

  const emitFragment = (event: ToolCallDeltaEvent): void => {
    const call = kept.add(event);
    emit({ ...event, part: markerOf(event.choice).markCall(call), callId: call.callId });
  };

  return {
    push: (event) => {
      switch (event.type) {
        case 'start':
          reset();
          break;
        case 'text_delta':
        case 'reasoning_delta':
        case 'refusal_delta':
          emit({ ...event, part: markerOf(event.choice).mark(event) });
          return;
        case 'annotation':
        case 'image':
        case 'audio_delta':
          markerOf(event.choice).mark(event);
          break;
        case 'tool_call_delta':
          emitFragment(event);
          return;
        case 'finish':
          kept.noteFinish(event);
          choices.get(event.choice)?.end(kept.isWhole(event.choice));
          break;
        case 'done':
          endAll(event.reason);
      }
      emit(event);
    },
    flush: () => endAll(),
  };
};
