import type { Draft } from './Draft.ts';
import { warn } from './Draft.ts';
import type { WireObject } from './WireObject.ts';

/** A former turn's reasoning, in the field its endpoint reads it from. What has no field is left out with a warning. */
export const wireReasoning = (text: string, details: readonly unknown[], draft: Draft): WireObject => {
  const { reasoningReplay, emptyReasoning } = draft.manners;
  const textLost = text !== '' && reasoningReplay === 'omit';
  const detailsLost = details.length > 0 && reasoningReplay !== 'reasoning';
  if (textLost || detailsLost)
    warn(draft, 'reasoning_omitted', 'reasoning of a former turn was left out: the endpoint has no field for it');
  if (reasoningReplay === 'omit') return {};
  const fields = text === '' && !emptyReasoning ? {} : { [reasoningReplay]: text };
  return reasoningReplay === 'reasoning' && details.length > 0 ? { ...fields, reasoning_details: details } : fields;
};
