import type { Model } from '../model/Model.ts';
import { COMMON_MANNERS, hostManners } from './hostManners.ts';
import { learnedManners } from './learnManners.ts';
import type { Manners } from './Manners.ts';

/** What the model says, else what its endpoint has taught, else what its host is known to want. */
export const mannersOf = (model: Model, host: string, learned: Partial<Manners> | undefined = learnedManners(model)): Manners => {
  const known = { ...COMMON_MANNERS, ...hostManners(host), ...learned };
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
