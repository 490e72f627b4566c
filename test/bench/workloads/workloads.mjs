import { answerOf, fingerprint, withoutTags } from './answers.mjs';
import { coalesced, fragmented, framed, wholeBody } from './bodies.mjs';
import { argumentsOf, framesOf, text, think, toolCalls } from './frames.mjs';

/**
 * What is measured, by name: `make` gives the deltas of one call's answer; a pass makes `calls` such calls, `atOnce` of them
 * at a time. `split` says how the frames are cut into reads.
 */
const TEXT = { title: 'ordinary text', make: () => text(20_000) };

export const costWorkloads = {
  text: TEXT,
  coalesced: { ...TEXT, title: 'coalesced reads', split: coalesced },
  fragmented: { ...TEXT, title: 'fragmented reads', split: fragmented },
  think: { title: 'reasoning, tags', make: () => think(18_000) },
  tools: { title: '8 tool calls', make: () => toolCalls(8, argumentsOf(12_000), 6) },
  tool8mb: { title: '8 MB tool call', make: () => toolCalls(1, argumentsOf(8 << 20), 16 << 10) },
  parallel: { title: '200 at once', make: () => text(300), calls: 200, atOnce: 200 },
  short: { title: 'short calls', make: () => text(2), calls: 2000 },
};

/** Ordinary text of growing length: what a chunk costs must not grow with it. */
export const growthWorkloads = {
  text1k: { title: '1,000', make: () => text(1_000) },
  text4k: { title: '4,000', make: () => text(4_000) },
  text16k: { title: '16,000', make: () => text(16_000) },
  text64k: { title: '64,000', make: () => text(64_000) },
};

export const workloads = { ...costWorkloads, ...growthWorkloads };

/** The bytes of one response. */
export const bodyOf = (name) => {
  const { make, split = framed } = workloads[name];
  return wholeBody(split(framesOf(make())));
};

/** What a pass comes to: the calls it makes, the chunks it reads, and the answers a right client may find in each. */
export const planOf = (name) => {
  const { make, calls = 1, atOnce = 1 } = workloads[name];
  const deltas = make();
  const answer = answerOf(deltas);
  const answers = answer.text.startsWith('<think>') ? [answer, withoutTags(answer)] : [answer];
  // The frame with the role, the one with the reason to finish, and the one with usage.
  return { calls, atOnce, chunks: calls * (deltas.length + 3), answers: answers.map(fingerprint) };
};
