import { z } from 'zod';
import type { OpenRouterModel } from './Model.ts';
import { freezeDeep } from './freezeDeep.ts';
import { modelFields, nonEmpty } from './modelFields.ts';
import { parseModel } from './parseModel.ts';

/** What `openRouterModel` takes: the model without `kind`, of which only `id` must be given. */
export type OpenRouterModelConfig = Pick<OpenRouterModel, 'id'> & Partial<Omit<OpenRouterModel, 'kind'>>;

/**
 * Describes a model behind OpenRouter. Throws a `config` error that names the field when one cannot be used.
 *
 * @example
 * ```ts
 * import { openRouterModel } from 'rx-completions';
 *
 * const model = openRouterModel({
 *   id: 'anthropic/claude-sonnet-4',
 *   openrouterProvider: { order: ['anthropic'], allow_fallbacks: false },
 * });
 * ```
 * @see {@link OpenRouterModel} for the fields
 */
export const openRouterModel = (config: OpenRouterModelConfig): OpenRouterModel =>
  freezeDeep({ kind: 'openrouter', provider: 'openrouter', baseUrl: OPENROUTER_URL, ...parse(config) });

const OPENROUTER_URL = 'https://openrouter.ai/api/v1/chat/completions';

const parse = parseModel<OpenRouterModelConfig>({
  ...modelFields,
  // Parsed as JSON, and so copied: freezing the model must not freeze the caller's own object.
  openrouterProvider: z.record(z.string(), z.json()).optional(),
  openrouterRoute: nonEmpty.optional(),
  sendRouting: z.boolean().optional(),
});
