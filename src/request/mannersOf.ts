import type { Model, ModelManners } from '../model/Model.ts';
import { isHost } from './isHost.ts';

/** A model's manners with nothing left open. */
export interface Manners extends Decided<Omit<ModelManners, 'reasoningFields'>> {
  /** Whether `openrouterProvider` and `openrouterRoute` go out. */
  readonly sendRouting: boolean;
  /** Whether the endpoint understands what only OpenRouter has: images and annotations of a former answer, files by URL. */
  readonly openRouterParts: boolean;
}

type Decided<Choices> = { readonly [Choice in keyof Choices]-?: NonNullable<Choices[Choice]> };

/** What the model says, else what its host is known to want. */
export const mannersOf = (model: Model, host: string): Manners => {
  const openRouter = isHost(host, 'openrouter.ai');
  return {
    includeUsage: model.includeUsage ?? !isHost(host, 'api.mistral.ai'),
    maxTokensField: model.maxTokensField ?? (isOpenAI(host) ? 'max_completion_tokens' : 'max_tokens'),
    systemRole: model.systemRole ?? 'system',
    reasoningReplay: model.reasoningReplay ?? reasoningFieldOf(host),
    reasoningFormat: model.reasoningFormat ?? (openRouter ? 'openrouter' : 'effort'),
    sendRouting: (model.kind === 'openrouter' ? model.sendRouting : undefined) ?? openRouter,
    openRouterParts: openRouter,
  };
};

const isOpenAI = (host: string): boolean => isHost(host, 'api.openai.com', 'openai.azure.com');

const reasoningFieldOf = (host: string): Manners['reasoningReplay'] => {
  if (isHost(host, 'openrouter.ai')) return 'reasoning';
  return isHost(host, 'deepseek.com', 'moonshot.ai', 'moonshot.cn', 'z.ai') ? 'reasoning_content' : 'omit';
};
