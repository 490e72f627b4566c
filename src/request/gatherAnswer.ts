import { configError } from '../errors/configError.ts';
import type { Draft } from './Draft.ts';
import { warn } from './Draft.ts';
import { expectName, expectString } from './expectField.ts';
import type { AnnotationPart, AnswerAudioPart, AnswerImagePart, AssistantPart, ReasoningPart } from './Part.ts';
import { wireTextPart } from './wireText.ts';
import { wireToolCall } from './wireToolCall.ts';
import type { WireObject } from './WireObject.ts';

/** The parts of a former answer, sorted into what the wire has a field for. */
export interface GatheredAnswer {
  readonly texts: WireObject[];
  readonly calls: WireObject[];
  readonly images: WireObject[];
  readonly annotations: unknown[];
  readonly details: unknown[];
  reasoning: string;
  refusal: string;
  audio?: WireObject;
}

/** Sorts the parts of a former answer. A part the wire has no form for is a `config` error that names its path. */
export const gatherAnswer = (parts: readonly AssistantPart[], path: string, draft: Draft): GatheredAnswer => {
  const answer: GatheredAnswer = {
    texts: [],
    calls: [],
    images: [],
    annotations: [],
    details: [],
    reasoning: '',
    refusal: '',
  };
  parts.forEach((part, index) => gather(answer, part, `${path}[${index}]`, draft));
  return answer;
};

const gather = (answer: GatheredAnswer, part: AssistantPart, path: string, draft: Draft): void => {
  switch (part.type) {
    case 'text':
      // An empty text says nothing, and as a part of its own it is refused by Anthropic's models.
      if (part.text !== '') answer.texts.push(wireTextPart(part, path, draft));
      return;
    case 'reasoning':
      answer.reasoning += expectString(part.text, `${path}.text`);
      for (const detail of detailsOf(part, path)) answer.details.push(detail);
      return;
    case 'tool_call':
      // Half of its arguments is no JSON, which endpoints refuse; nobody has run it, so nothing answers it.
      if (part.complete === false) warn(draft, 'tool_call_omitted', `\`${path}\` was cut off and was left out`);
      else answer.calls.push(wireToolCall(part, path, draft));
      return;
    case 'refusal':
      answer.refusal += expectString(part.text, `${path}.text`);
      return;
    case 'image':
      addImage(answer, part, path, draft);
      return;
    case 'audio':
      addAudio(answer, part, path, draft);
      return;
    case 'annotation':
      annotate(answer, part, draft);
      return;
    default:
      part satisfies never;
      throw configError(`\`${path}\` cannot be sent: the wire has no form for it in an answer`);
  }
};

const detailsOf = ({ details = [] }: ReasoningPart, path: string): readonly unknown[] => {
  if (Array.isArray(details)) return details;
  throw configError(`\`${path}.details\` must be an array`);
};

/** An answer must go on as it came, also at another endpoint: what that has no form for is left out, never in silence. */
const addImage = (answer: GatheredAnswer, part: AnswerImagePart, path: string, draft: Draft): void => {
  const url = expectName(part.url, `${path}.url`);
  if (draft.manners.openRouterParts) answer.images.push({ type: 'image_url', image_url: { url } });
  else warn(draft, 'image_omitted', 'images of a former turn were left out: only OpenRouter takes back what a model made');
};

const addAudio = (answer: GatheredAnswer, part: AnswerAudioPart, path: string, draft: Draft): void => {
  if (part.id !== undefined) answer.audio = { id: expectName(part.id, `${path}.id`) };
  else warn(draft, 'audio_omitted', 'speech of a former turn was left out: it goes back by its `id`, and came without one');
};

/** A citation says where text came from; the text stands without it, so leaving it out is no reason to refuse the call. */
const annotate = (answer: GatheredAnswer, part: AnnotationPart, draft: Draft): void => {
  if (draft.manners.openRouterParts && part.raw !== undefined) answer.annotations.push(part.raw);
  else
    warn(draft, 'annotation_omitted', 'annotations of a former turn were left out: the endpoint has no field for them');
};
