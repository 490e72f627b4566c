import { configError } from '../errors/configError.ts';
import type { Model } from '../model/Model.ts';
import type { ReasoningOptions, SamplingOptions } from './CallOptions.ts';
import type { Manners } from './Manners.ts';
import type { WireObject } from './WireObject.ts';

/** How reasoning is asked for. What the endpoint's dialect cannot say is refused, not dropped. */
export const wireReasoningRequest = (
  model: Model,
  asked: SamplingOptions['reasoning'],
  manners: Manners,
): WireObject => {
  // `false` of a model means it cannot reason: nothing to ask for, and many endpoints refuse the field.
  const byDefault = model.reasoning === false ? undefined : model.reasoning;
  const wanted = asked === true ? (byDefault ?? true) : (asked ?? byDefault);
  if (wanted === undefined) return {};
  return manners.reasoningFormat === 'openrouter' ? { reasoning: openRouterForm(wanted) } : effortForm(wanted);
};

type Wanted = NonNullable<SamplingOptions['reasoning']>;

const openRouterForm = (wanted: Wanted): WireObject => {
  if (typeof wanted === 'boolean') return { enabled: wanted };
  const { effort, maxTokens, exclude } = detailsOf(wanted);
  const enabled = effort === undefined && maxTokens === undefined ? true : undefined;
  return { effort, max_tokens: maxTokens, exclude, enabled };
};

const effortForm = (wanted: Wanted): WireObject => {
  // A reasoning model reasons when nothing is said; the field has no word for "as you like".
  if (typeof wanted === 'boolean') return { reasoning_effort: wanted ? undefined : 'none' };
  const { effort, maxTokens, exclude } = detailsOf(wanted);
  if (maxTokens !== undefined || exclude === true)
    throw configError(
      `\`options.reasoning.${exclude === true ? 'exclude' : 'maxTokens'}\` cannot be said with \`reasoning_effort\`: it needs a model with reasoningFormat 'openrouter', or \`extraBody\``,
    );
  return { reasoning_effort: effort };
};

const detailsOf = (wanted: Exclude<Wanted, boolean>): ReasoningOptions =>
  typeof wanted === 'string' ? { effort: wanted } : wanted;
