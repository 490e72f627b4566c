/**
 * Whether an event comes with or between the pieces of one text, so that more of it may follow: reasoning, a citation, log
 * probabilities. All other content of a choice ends the text before it.
 */
export const accompaniesText = ({ type }: { readonly type: string }): boolean =>
  type === 'reasoning_delta' || type === 'annotation' || type === 'logprobs';
