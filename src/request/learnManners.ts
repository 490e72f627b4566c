import type { CompletionError } from '../errors/CompletionError.ts';
import type { Model, ModelManners } from '../model/Model.ts';
import type { RequestWarning } from './Draft.ts';
import type { Manners } from './Manners.ts';

/** One thing a refusal can teach. */
interface Lesson<Manner extends keyof ModelManners & keyof Manners> {
  readonly manner: Manner;
  /** What the endpoint wants instead, by its own words; `undefined` where they are about something else. */
  readonly learn: (words: string, present: Manners) => Manners[Manner] | undefined;
}

/** Hangs on the caller's own objects: what they forget is forgotten here. */
const learned = new WeakMap<Model, Partial<Manners>>();

/** What an endpoint has taught about a model so far. */
export const learnedManners = (model: Model): Partial<Manners> | undefined => learned.get(model);

/**
 * Learns from a refused request how the endpoint wants it, where the words leave no doubt and the question stays the same.
 * What the model says for itself is not learned over, and nothing is learned twice. Gives the warning that says what was
 * learned; nothing where the failure teaches nothing.
 */
export const learnManners = (model: Model, present: Manners, error: CompletionError): RequestWarning | undefined => {
  if (error.status !== 400 && error.status !== 422) return undefined;
  const { message = '', param = '' } = error.providerError ?? {};
  const words = `${message} ${param}`.toLowerCase();
  const before = learned.get(model);
  for (const { manner, learn } of LESSONS) {
    if (model[manner] !== undefined || before?.[manner] !== undefined) continue;
    const value = learn(words, present);
    if (value === undefined || value === present[manner]) continue;
    learned.set(model, { ...before, [manner]: value });
    return {
      code: 'manners_learned',
      message: `the endpoint refused the request as it was; it is sent with \`${manner}: ${JSON.stringify(value)}\` from now on, which the model can say itself`,
    };
  }
  return undefined;
};

/** How endpoints say that they do not know a field. */
const REFUSED = /unsupported|not (?:supported|permitted|allowed)|unknown|unrecognized|unexpected|extra_forbidden|extra (?:inputs|fields)/;

/** The field that is refused is the one that was sent: OpenAI's message names the other one, too. */
const otherTokensField = (words: string, present: Manners): Manners['maxTokensField'] | undefined => {
  if (!words.includes(present.maxTokensField) || !REFUSED.test(words)) return undefined;
  return present.maxTokensField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
};

const isMissing = (words: string): boolean => words.includes('reasoning_content') && /missing|must be passed back|required/.test(words);

const LESSONS: readonly (Lesson<'includeUsage'> | Lesson<'maxTokensField'> | Lesson<'reasoningReplay'> | Lesson<'emptyReasoning'> | Lesson<'toolCallIds'>)[] = [
  // FlowiseAI/Flowise#2866: "Extra inputs are not permitted, field: 'stream_options'"
  { manner: 'includeUsage', learn: (words) => (/stream_options|include_usage/.test(words) && REFUSED.test(words) ? false : undefined) },
  // caozhiyuan/copilot-api#164; 1Panel-dev/MaxKB#2912 the other way round
  { manner: 'maxTokensField', learn: otherTokensField },
  // continuedev/continue#10193: "Missing `reasoning_content` field in the assistant message at message index 4"
  { manner: 'reasoningReplay', learn: (words) => (isMissing(words) ? 'reasoning_content' : undefined) },
  { manner: 'emptyReasoning', learn: (words, { reasoningReplay }) => (isMissing(words) && reasoningReplay === 'reasoning_content' ? true : undefined) },
  // nearai/ironclaw#1241: "Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9."
  { manner: 'toolCallIds', learn: (words) => (/tool call id.*length of 9/.test(words) ? 'nine_alphanumeric' : undefined) },
];
