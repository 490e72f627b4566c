import { openAICompatModel, openRouterModel, type CallOptions, type Model } from 'rx-completions';
import { chunk, script, scriptedEndpoint, usageReport, type Script } from 'rx-completions/testing';
import type { DemoOptions } from './readOptions.ts';

/** An endpoint of the demo, real or scripted, and how it is called. */
export interface DemoEndpoint extends AsyncDisposable {
  readonly model: Model;
  readonly options: CallOptions;
}

/** The endpoint that is asked first and has a bad day. */
export const failingEndpoint = (live: boolean): Promise<DemoEndpoint> =>
  scripted('first-choice', script().wait(live ? 700 : 0).json(OVERLOADED, { status: 503 }));

/** The endpoint that answers: the caller's own, else one that plays a reasoning model. */
export const answeringEndpoint = async (
  { baseUrl, model: id }: DemoOptions,
  environment: Readonly<Record<string, string | undefined>>,
  live: boolean,
): Promise<DemoEndpoint> => {
  if (id === undefined) return scripted('second-choice', answer(live));
  const key = environment['RX_COMPLETIONS_API_KEY']?.trim();
  return {
    model: modelAt(baseUrl, id),
    // Without a key here, the vendors' own variables apply, each for its own vendor's host only.
    options: key === undefined || key === '' ? {} : { apiKey: key },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
};

const modelAt = (baseUrl: string | undefined, id: string): Model => {
  if (baseUrl === undefined) return openRouterModel({ id });
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  if (host === 'openrouter.ai') return openRouterModel({ id, baseUrl });
  return openAICompatModel({ provider: host === 'api.openai.com' ? 'openai' : 'your endpoint', id, baseUrl });
};

const scripted = async (id: string, steps: Script): Promise<DemoEndpoint> => {
  const endpoint = await scriptedEndpoint(steps);
  const model = openAICompatModel({ provider: 'scripted', id, baseUrl: endpoint.baseUrl });
  return { model, options: { apiKey: null }, [Symbol.asyncDispose]: () => endpoint.close() };
};

const OVERLOADED = { error: { message: 'the model is overloaded, try again later', type: 'overloaded', code: 503 } };

/** Streams thinking in `<think>` tags cut by the network, an answer and a tool call, as vLLM and its like send them. */
const answer = (live: boolean): Script => {
  const thinking = ['<thi', 'nk>\n', ...tokensOf(THINKING), '\n</th', 'ink>\n\n'];
  const spoken = tokensOf(ANSWER);
  const argumentPieces = ['{"ci', 'ty": "Be', 'rn", "unit', '": "celsius"}'];
  const usage = usageReport({ input: 87, output: thinking.length + spoken.length + 12, reasoning: thinking.length });
  const pieces = [
    ...thinking.map((text) => chunk({ text })),
    ...spoken.map((text) => chunk({ text })),
    chunk({ toolCall: { index: 0, id: 'call_9f2', name: 'weather', args: '' } }),
    ...argumentPieces.map((args) => chunk({ toolCall: { index: 0, args } })),
    chunk({ finish: 'tool_calls' }),
    chunk({ usage }),
  ];
  const begun = script().headers().wait(live ? 250 : 0);
  return pieces.reduce((soFar, piece) => soFar.data(piece).wait(live ? 25 : 0), begun).done();
};

const tokensOf = (text: string): readonly string[] => text.match(/\s*\S{1,7}/gu) ?? [];

const THINKING =
  'The user wants to know what to wear in Bern today. I do not know the weather there, and guessing would be no help. ' +
  'There is a tool for it: I will call it with the city.\nMeanwhile I can say what is always true: Bern lies at 540 m.';

const ANSWER =
  'Let me look up the weather. Until then: Bern lies at 540 metres, so even a warm day begins fresh there. ' +
  'A light jacket is never wrong.\n';
