import type { Model } from '../model/Model.ts';
import { learnedManners } from './learnManners.ts';
import type { Manners } from './Manners.ts';

/** What the model says, else what its endpoint has taught, else what its host is known to want. */
export const mannersOf = (model: Model, ofHost: Manners): Manners => {
  const learned = learnedManners(model);
  const known = learned === undefined ? ofHost : { ...ofHost, ...learned };
  if (!MANNERS.some((manner) => manner in model)) return known;
  return {
    includeUsage: model.includeUsage ?? known.includeUsage,
    maxTokensField: model.maxTokensField ?? known.maxTokensField,
    systemRole: model.systemRole ?? known.systemRole,
    reasoningReplay: model.reasoningReplay ?? known.reasoningReplay,
    emptyReasoning: model.emptyReasoning ?? known.emptyReasoning,
    reasoningFormat: model.reasoningFormat ?? known.reasoningFormat,
    toolCallIds: model.toolCallIds ?? known.toolCallIds,
    sendRouting: (model.kind === 'openrouter' ? model.sendRouting : undefined) ?? known.sendRouting,
    openRouterParts: known.openRouterParts,
  };
};

/** What a model can say for itself. */
const MANNERS: readonly (keyof Manners)[] = [
  'includeUsage',
  'maxTokensField',
  'systemRole',
  'reasoningReplay',
  'emptyReasoning',
  'reasoningFormat',
  'toolCallIds',
  'sendRouting',
];
