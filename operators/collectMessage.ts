import { catchError, defer, from, throwError, type Observable, type ObservableInput } from 'rxjs';
import { CompletionError } from '../src/errors/CompletionError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { AnyEvent } from './EventOperator.ts';
import { expectConfig } from './expectConfig.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import type { AnswerMessage } from './message/AnswerMessage.ts';
import { createMessageDraft, type MessageDraft, type MessageSource } from './message/createMessageDraft.ts';
import type { ToolLike } from './tools/ToolLike.ts';

/** Config of `collectMessage`. */
export interface CollectMessageConfig<Tools extends readonly ToolLike[] = readonly ToolLike[]> {
  /**
   * The choice that is read, for calls with `n > 1`.
   *
   * @defaultValue 0
   */
  readonly choice?: number | undefined;
  /**
   * The tools offered: they type the calls, and schemas among them check the input, as in `assembleToolCalls`.
   *
   * @defaultValue any tool, unchecked
   */
  readonly tools?: Tools | undefined;
}

/**
 * Emits the answer as one message, at `done`. It goes back in the `messages` of the next call as it is: reasoning with its
 * details and signatures, calls with their ids and whatever else the endpoint wants to see again.
 *
 *     in:   s-r-t-t-c-f-d---|
 *     out:  ------------M---|      M = reasoning, text and tool call, finish reason and usage
 *
 * On error nothing is emitted; what came stands in the `partial` of the `CompletionError`, as a message whose calls are
 * not to be run. A source that completes without `done`, such as one that `takeUntil` has stopped, gives what came: without
 * `finishReason`, and with `complete: false` on its calls. A choice that said nothing gives nothing. Resets on `start`, so
 * only the last attempt counts; several answers in one stream give a message each.
 *
 * An answer cut by `length` may hold a call that is not `complete`: take it out before the message goes back, since
 * endpoints refuse arguments that are no JSON.
 *
 * Holds the answer, in time and space linear in its length. Reads bare calls as well as what `stripThink`,
 * `assembleToolCalls` and `normalizeUsage` make of them.
 *
 * @example
 * import { of } from 'rxjs';
 * import { collectMessage } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const, { type: 'done', reason: 'stop', attempts: 1 } as const)
 *   .pipe(collectMessage())
 *   .subscribe((message) => console.log(message)); // role assistant, content [text "Hi"], finishReason stop
 *
 * @see accumulateMessage for the message while it grows
 */
export const collectMessage = <const Tools extends readonly ToolLike[] = readonly ToolLike[]>(
  config: CollectMessageConfig<Tools> = {},
): EventReader<AnswerMessage<Tools>> => {
  expectConfig<CollectMessageConfig>('collectMessage', config, { choice: true, tools: true });
  const collect = <E extends AnyEvent = StreamEvent>(source: ObservableInput<E>): Observable<AnswerMessage> =>
    defer(() => {
      const draft = createMessageDraft(config);
      return from(source).pipe(
        liftReader(createMessageCollector(draft)),
        catchError((error: unknown) => throwError(() => withPartial(error as Error, draft))),
      );
    });
  // What the types say of `tools`, the draft sees to at run time.
  return collect as EventReader<AnswerMessage<Tools>>;
};

const createMessageCollector =
  (draft: MessageDraft): Stage<MessageSource, AnswerMessage> =>
  (emit) => {
    let isTold = false;
    const tell = (): void => {
      const message = draft.read();
      isTold = true;
      if (message !== undefined) emit(message);
    };
    return {
      push: (event) => {
        draft.push(event);
        if (event.type === 'start') isTold = false;
        else if (event.type === 'done') tell();
      },
      flush: () => {
        draft.settle();
        if (!isTold) tell();
      },
    };
  };

/** What is no `CompletionError` is passed on as it is, whatever it is. */
const withPartial = (error: Error, draft: MessageDraft): Error => {
  if (!(error instanceof CompletionError) || error.partial !== undefined) return error;
  draft.settle();
  const partial = draft.read();
  return partial === undefined ? error : error.with({ partial });
};
