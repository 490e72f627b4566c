import type { Stage } from '../src/stage.ts';
import { expectConfig } from './expectConfig.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import type { AnswerMessage } from './message/AnswerMessage.ts';
import { createMessageDraft, type MessageDraftConfig, type MessageSource } from './message/createMessageDraft.ts';
import type { ToolLike } from './tools/ToolLike.ts';

/** Config of `accumulateMessage`. */
export interface AccumulateMessageConfig<Tools extends readonly ToolLike[] = readonly ToolLike[]> {
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
 * Emits the answer so far as a message, at each event that changes it: text, reasoning, calls, refusals, images, sounds and
 * citations in the order in which they began, and what is known of finish and usage. The last one is what `collectMessage`
 * gives.
 *
 * Each message is a value of its own that nothing changes later, and shares with the one before it every part that is the
 * same, so a view redraws the part that is another object. A call is `complete: false` and has no `input` until the answer
 * has ended. Where a `start` voids what was shown, a message without content is emitted, so that a view is cleared.
 *
 *     in:   s-t-t-c-f-d|      t = "Hel", "lo"; c = a tool call delta
 *     out:  --a-b-c-f-d|      a = [text "Hel"], b = [text "Hello"], c = [text "Hello", tool_call], d: its input
 *
 * Holds the answer once. An answer of more than 256 parts is shown less often, so that listing them stays linear too.
 * Reads bare calls as well as what `stripThink`, `assembleToolCalls` and `normalizeUsage` make of them.
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateMessage } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: 'Hel' }, { type: 'text_delta', choice: 0, delta: 'lo' })
 *   .pipe(accumulateMessage())
 *   .subscribe(({ content }) => console.log(content)); // text "Hel", then text "Hello"
 *
 * @see collectMessage for the message alone, to go on with
 */
export const accumulateMessage = <const Tools extends readonly ToolLike[] = readonly ToolLike[]>(
  config: AccumulateMessageConfig<Tools> = {},
): EventReader<AnswerMessage<Tools>> => {
  expectConfig<AccumulateMessageConfig>('accumulateMessage', config, { choice: true, tools: true });
  // What the types say of `tools`, the draft sees to at run time.
  return liftReader(createMessageAccumulator(config)) as EventReader<AnswerMessage<Tools>>;
};

/** Up to this many parts, every change is shown; beyond it, so much rarer that the lists of all messages stay linear. */
const MAX_PARTS_PER_CHANGE = 256;

const createMessageAccumulator =
  (config: MessageDraftConfig): Stage<MessageSource, AnswerMessage> =>
  (emit) => {
    const draft = createMessageDraft(config);
    let changes = 0;
    let hasShown = false;

    const show = (): void => {
      const message = draft.read();
      changes = 0;
      if (message === undefined) return;
      hasShown = true;
      emit(message);
    };

    return {
      push: (event) => {
        if (draft.push(event)) changes += 1;
        if (event.type === 'start') {
          changes = 0;
          if (hasShown) emit({ role: 'assistant', content: [] });
          hasShown = false;
        } else if (changes > 0 && (event.type === 'done' || changes * MAX_PARTS_PER_CHANGE >= draft.size())) show();
      },
      flush: () => {
        if (draft.settle()) changes += 1;
        if (changes > 0) show();
      },
    };
  };
