import { CompletionError, openAICompatModel } from 'rx-completions';
import {
  accumulateArgs,
  accumulateText,
  askForAnswer,
  assembleToolCalls,
  detectRepetition,
  extractInlineToolCalls,
  endpointHealth,
  estimateUsage,
  fallbackEndpoints,
  hedgeBudget,
  hedgeCall,
  latencyHistory,
  limitRate,
  measure,
  normalizeUsage,
  paceText,
  redact,
  parseAnswer,
  rateLimiter,
  retryBudget,
  retryCall,
  splitLines,
  splitSentences,
  stopWhen,
  stripThink,
} from 'rx-completions/operators';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** What an operator says when it is made as no compiler would allow. */
const refusal = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof CompletionError && error.code === 'config') return error.message;
    throw error;
  }
  return 'made';
};

/** What reaches the operator where nobody compiles. */
const as = <T = never>(value: unknown): T => value as T;

const makers: readonly (readonly [string, (config: never) => unknown])[] = [
  ['accumulateText', accumulateText],
  ['accumulateArgs', accumulateArgs],
  ['stripThink', stripThink],
  ['extractInlineToolCalls', extractInlineToolCalls],
  ['paceText', paceText],
  ['detectRepetition', detectRepetition],
  ['splitSentences', splitSentences],
  ['splitLines', splitLines],
  ['stopWhen', (config) => stopWhen('x', config)],
  ['redact', (config) => redact('x', config)],
  ['assembleToolCalls', assembleToolCalls],
  ['normalizeUsage', normalizeUsage],
  ['parseAnswer', (config) => parseAnswer({}, config)],
  ['askForAnswer', (config) => askForAnswer({}, () => [], config)],
  ['estimateUsage', estimateUsage],
  ['measure', measure],
  ['retryCall', retryCall],
  ['fallbackEndpoints', (config) => fallbackEndpoints([], config)],
  ['hedgeCall', (config) => hedgeCall([], config)],
  ['hedgeBudget', hedgeBudget],
  ['latencyHistory', latencyHistory],
  ['retryBudget', retryBudget],
  ['endpointHealth', endpointHealth],
  ['rateLimiter', rateLimiter],
  ['limitRate', (config) => limitRate(rateLimiter(), config)],
];

describe('the options of an operator', () => {
  it.each(makers)('%s refuses a name it does not know', (name, make) => {
    expect(refusal(() => make(as({ canary: 1 })))).toBe(`\`canary\` is not known to \`${name}\``);
  });

  it.each(makers)('%s refuses what is no object of options', (name, make) => {
    for (const config of [2, 'text', null, []]) {
      expect(refusal(() => make(as(config)))).toBe(`\`${name}\` takes one object of options`);
    }
  });

  it.each(makers)('%s takes none, an empty one, and what is undefined', (_name, make) => {
    for (const config of [undefined, {}, { other: undefined }]) expect(refusal(() => make(as(config)))).toBe('made');
  });

  it('are asked after where they are nearly right', () => {
    expect(refusal(() => stripThink(as({ tag: ['think'] })))).toBe('`tag` is not known to `stripThink`; did you mean `tags`?');
    expect(refusal(() => fallbackEndpoints([], as({ onfailure: 'restart' })))).toContain('did you mean `onFailure`?');
  });

  it('take one of their words only', () => {
    expect(refusal(() => stripThink(as({ position: 'any' })))).toBe("`position` of `stripThink` must be 'leading' or 'anywhere'");
    expect(refusal(() => fallbackEndpoints([], as({ onFailure: 'retry' })))).toContain("must be 'fail' or 'restart' or 'continue'");
    expect(refusal(() => retryCall(as({ commitOn: 'done' })))).toContain("must be 'content' or 'text' or 'start'");
  });
});

describe('limitRate', () => {
  it('takes a limiter', () => expect(refusal(() => limitRate(as(undefined)))).toBe('`limitRate` takes a `rateLimiter()`'));
});

describe('the alternates of a chain', () => {
  const model = openAICompatModel({ provider: 'test', id: 'm', baseUrl: 'http://localhost/v1' });

  it('are a list', () => {
    expect(refusal(() => fallbackEndpoints(as<[]>(NEVER)))).toBe('`fallbackEndpoints` takes an array of calls');
    expect(refusal(() => hedgeCall(as<[]>(undefined)))).toBe('`hedgeCall` takes an array of calls');
  });

  it('are calls, and not the models of calls', () => {
    expect(refusal(() => fallbackEndpoints([NEVER, as<typeof NEVER>(model)]))).toMatch(/^alternate 1 of `fallbackEndpoints` must be a call/);
    expect(refusal(() => hedgeCall([as<typeof NEVER>(() => NEVER)]))).toMatch(/^alternate 0 of `hedgeCall` must be a call/);
  });

  it('may be whatever RxJS takes, and functions where a failure can be told', () => {
    expect(refusal(() => fallbackEndpoints([NEVER, [], Promise.resolve({ type: 'text' }), () => NEVER]))).toBe('made');
  });
});
