import type { AssistantMessage } from './Context.ts';
import type { Draft } from './Draft.ts';
import { warn } from './Draft.ts';
import { expectParts } from './expectField.ts';
import { gatherAnswer } from './gatherAnswer.ts';
import type { GatheredAnswer } from './gatherAnswer.ts';
import { wireReasoning } from './wireReasoning.ts';
import type { WireObject } from './WireObject.ts';

/**
 * A former answer as it goes back. `undefined` for one that says nothing: many endpoints refuse an empty assistant
 * message, and it is what an interrupted turn leaves behind.
 */
export const wireAssistant = ({ content }: AssistantMessage, path: string, draft: Draft): WireObject | undefined => {
  const fields = typeof content === 'string' ? { content, ...wireReasoning('', [], draft) } : fieldsOf(content, `${path}.content`, draft);
  const says = Object.values(fields).some((value) => value !== undefined && value !== null && value !== '');
  if (says) return { role: 'assistant', ...fields };
  warn(draft, 'empty_message', `\`${path}\` says nothing and was left out`);
  return undefined;
};

const fieldsOf = (content: Exclude<AssistantMessage['content'], string>, path: string, draft: Draft): WireObject => {
  const answer = gatherAnswer(expectParts(content, path), path, draft);
  return {
    content: contentOf(answer),
    ...wireReasoning(answer.reasoning, answer.details, draft),
    tool_calls: unlessEmpty(answer.calls),
    refusal: answer.refusal === '' ? undefined : answer.refusal,
    audio: answer.audio,
    images: unlessEmpty(answer.images),
    annotations: unlessEmpty(answer.annotations),
  };
};

/**
 * One string: models imitate an array of texts. The pieces are joined as they were streamed, with nothing between. `null`
 * is for an answer that is something else than text; endpoints take it beside tool calls and little else.
 */
const contentOf = ({ texts, calls, refusal, audio }: GatheredAnswer): string | null | readonly WireObject[] => {
  if (texts.some((part) => part['cache_control'] !== undefined)) return texts;
  const text = texts.map((part) => part['text']).join('');
  return text === '' && (calls.length > 0 || refusal !== '' || audio !== undefined) ? null : text;
};

const unlessEmpty = <Item>(items: readonly Item[]): readonly Item[] | undefined =>
  items.length === 0 ? undefined : items;
