import { script, type Script } from './Script.ts';
import type { AnswerConfig } from '../sse/AnswerConfig.ts';
import { chunksOf, type ChunksConfig } from '../sse/chunksOf.ts';

/** What else the answer says, and how it is sent. */
export interface ScriptOfAnswerConfig extends Omit<AnswerConfig, 'text'>, ChunksConfig {
  /** What comes before the body: a status, headers, a `split`. @defaultValue `script().headers()` */
  readonly opening?: Script;
}

/**
 * A script that streams a whole answer, chunk by chunk, with `[DONE]` at its end.
 *
 * @example
 * import { scriptedEndpoint, scriptOfAnswer, usageReport } from 'rx-completions/testing';
 *
 * const usage = usageReport({ input: 3, output: 2 });
 * const endpoint = await scriptedEndpoint(scriptOfAnswer('Hello world', { reasoning: 'greet', usage }));
 * await endpoint.close();
 */
export const scriptOfAnswer = (text: string, config: ScriptOfAnswerConfig = {}): Script => {
  const { opening = script().headers(), ...answer } = config;
  return chunksOf({ ...answer, text }, config)
    .reduce<Script>((soFar, each) => soFar.data(each), opening)
    .done()
    .end();
};
