import { configError } from '../errors/configError.ts';
import type { OpenAICompatModel } from './Model.ts';
import { freezeDeep } from './freezeDeep.ts';
import { modelFields } from './modelFields.ts';
import { parseModel } from './parseModel.ts';

/** What `openAICompatModel` takes: the model without `kind`, of which only `id` must be given. */
export type OpenAICompatModelConfig = Pick<OpenAICompatModel, 'id'> & Partial<Omit<OpenAICompatModel, 'kind'>>;

/**
 * Describes a model behind any OpenAI-compatible endpoint. `provider` is `openrouter` where it is absent; `openai` and
 * `openrouter` know their address, every other provider needs a `baseUrl`. Throws a `config` error that names the field
 * when one cannot be used.
 *
 * @example
 * ```ts
 * import { openAICompatModel } from 'rx-completions';
 *
 * const local = openAICompatModel({ provider: 'vllm', id: 'Qwen/Qwen3-32B', baseUrl: 'http://localhost:8000/v1' });
 * const hosted = openAICompatModel({ provider: 'openai', id: 'gpt-4o-mini' });
 * ```
 * @see {@link OpenAICompatModel} for the fields
 */
export const openAICompatModel = (config: OpenAICompatModelConfig): OpenAICompatModel => {
  const { provider = 'openrouter', id, baseUrl = DEFAULT_URLS.get(provider.toLowerCase()), ...rest } = parse(config);
  if (baseUrl !== undefined) return freezeDeep({ kind: 'openai-compat', provider, id, baseUrl, ...rest });
  throw configError('Model `baseUrl` must be given for a provider other than openai and openrouter');
};

const DEFAULT_URLS: ReadonlyMap<string, string> = new Map([
  ['openai', 'https://api.openai.com/v1/chat/completions'],
  ['openrouter', 'https://openrouter.ai/api/v1/chat/completions'],
]);

const parse = parseModel<OpenAICompatModelConfig>(modelFields);
