import type { CompletionError } from '../errors/CompletionError.ts';
import type { Model, ModelManners } from '../model/Model.ts';
import type { Manners } from './Manners.ts';

/** What a refusal can teach. */
type Learnable = 'includeUsage' | 'maxTokensField' | 'reasoningReplay' | 'emptyReasoning' | 'toolCallIds';

/** What was learned of one refusal: it goes out with the next request as a warning. */
export interface LearnedManner {
  readonly manner: keyof ModelManners;
  readonly code: string;
  readonly message: string;
}

/** Hangs on the caller's own objects: what they forget is forgotten here. */
const learned = new WeakMap<Model, Partial<Manners>>();

/** What an endpoint has taught about a model so far. */
export const learnedManners = (model: Model): Partial<Manners> | undefined => learned.get(model);

/**
 * Learns from a refused request how the endpoint wants it, where the words leave no doubt and the question stays the same:
 * `sent` is how it was. What the model says for itself is not learned over, and no call learns one thing twice. Nothing where
 * the failure is no refusal of the request, or teaches nothing.
 */
export const learnManners = (
  model: Model,
  sent: Manners,
  error: CompletionError,
  before: readonly LearnedManner[],
): LearnedManner | undefined => {
  if ((error.status !== 400 && error.status !== 422) || error.phase !== 'headers') return undefined;
  const { message = '', param = '' } = error.providerError ?? {};
  const words = `${message} ${param}`.toLowerCase();
  for (const manner of Object.keys(LESSONS) as Learnable[]) {
    if (model[manner] !== undefined || before.some((lesson) => lesson.manner === manner)) continue;
    const value = LESSONS[manner](words, sent);
    if (value === undefined || value === sent[manner]) continue;
    learned.set(model, { ...learned.get(model), [manner]: value });
    const wanted = `\`${manner}: ${JSON.stringify(value)}\``;
    return {
      manner,
      code: 'manners_learned',
      message: `the endpoint refused the request as it was; it is sent with ${wanted} from now on, which the model can say itself`,
    };
  }
  return undefined;
};

/** How endpoints say that they do not know a field. */
const UNKNOWN_FIELD =
  /unsupported param|unrecognized|unknown (?:field|param|argument|name)|unexpected (?:field|param|keyword|argument|property)|extra_forbidden|extra (?:inputs|fields)|additional propert/;
/** What may as well be said of a value. */
const REFUSED = /unsupported|not (?:supported|permitted|allowed)|unknown|unexpected/;

const otherField = ({ maxTokensField }: Manners): Manners['maxTokensField'] =>
  maxTokensField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';

const misses = (words: string): boolean => words.includes('reasoning_content') && /missing|must be passed back|required/.test(words);

/** What each manner should be by an endpoint's own words, in lower case; `undefined` where they are about something else. */
const LESSONS: { readonly [Manner in Learnable]: (words: string, sent: Manners) => Manners[Manner] | undefined } = {
  // FlowiseAI/Flowise#2866: "Extra inputs are not permitted, field: 'stream_options'"
  includeUsage: (words) =>
    /stream_options|include_usage/.test(words) && (UNKNOWN_FIELD.test(words) || REFUSED.test(words)) ? false : undefined,
  // caozhiyuan/copilot-api#164 names the other field, 1Panel-dev/MaxKB#2912 the one that is too many. A limit that is too
  // high for the model is refused in similar words.
  maxTokensField: (words, sent) => {
    if (!words.includes(sent.maxTokensField)) return undefined;
    const isTold = words.replaceAll(sent.maxTokensField, '').includes(otherField(sent)) && REFUSED.test(words);
    return isTold || UNKNOWN_FIELD.test(words) ? otherField(sent) : undefined;
  },
  // continuedev/continue#10193: "Missing `reasoning_content` field in the assistant message at message index 4"
  reasoningReplay: (words) => (misses(words) ? 'reasoning_content' : undefined),
  emptyReasoning: (words, { reasoningReplay }) => (misses(words) && reasoningReplay === 'reasoning_content' ? true : undefined),
  // nearai/ironclaw#1241: "Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9."
  toolCallIds: (words) => (/tool call id.*length of 9/.test(words) ? 'nine_alphanumeric' : undefined),
};
