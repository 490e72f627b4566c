import type { RareContent } from './Chunk.ts';
import { isArray, isObject, type JsonObject } from './json.ts';
import type { TokenLogprob } from './TokenLogprob.ts';

/** Reads the probabilities of a choice: the chat form, and the parallel lists of the older completions form. */
export const readLogprobs = (logprobs: unknown): RareContent['logprobs'] => {
  if (!isObject(logprobs)) return undefined;
  const content = isArray(logprobs['content']) ? readTokens(logprobs['content']) : readParallelLists(logprobs);
  const refusal = isArray(logprobs['refusal']) ? readTokens(logprobs['refusal']) : [];
  if (content.length === 0 && refusal.length === 0) return undefined;
  return refusal.length === 0 ? { content } : { content, refusal };
};

const readTokens = (tokens: readonly unknown[]): readonly TokenLogprob[] =>
  tokens.flatMap((entry) => {
    const token = readToken(entry);
    if (token === undefined || !isObject(entry)) return [];
    const top = entry['top_logprobs'];
    return [isArray(top) && top.length > 0 ? { ...token, top: top.flatMap((other) => readToken(other) ?? []) } : token];
  });

const readToken = (entry: unknown): Omit<TokenLogprob, 'top'> | undefined => {
  if (!isObject(entry) || typeof entry['token'] !== 'string' || typeof entry['logprob'] !== 'number') return undefined;
  const bytes = entry['bytes'];
  return {
    token: entry['token'],
    logprob: entry['logprob'],
    ...(isArray(bytes) ? { bytes: bytes.filter((byte) => typeof byte === 'number') } : {}),
  };
};

const readParallelLists = ({ tokens, token_logprobs: logprobs }: JsonObject): readonly TokenLogprob[] => {
  if (!isArray(tokens) || !isArray(logprobs)) return [];
  return tokens.flatMap((token, at) => {
    const logprob = logprobs[at];
    return typeof token === 'string' && typeof logprob === 'number' ? [{ token, logprob }] : [];
  });
};
