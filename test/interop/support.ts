import { openAICompatModel, type CallOptions, type Context, type Model, type StreamEvent } from 'rx-completions';
import { accumulateText, type ToolCallEvent, type UsageEvent } from 'rx-completions/operators';
import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { getGlobalDispatcher, type Dispatcher } from 'undici';
import { describe, inject, it } from 'vitest';
import { serverFolder, type RealServers } from './realServers.ts';

const servers = inject('servers');

/** Where the server under this name answers. */
export const urlOf = (name: keyof RealServers): string => {
  if (servers === null) throw new Error('no server is running');
  return servers[name];
};

export const modelAt = (baseUrl: string): Model => openAICompatModel({ provider: 'llama.cpp', id: 'tiny', baseUrl });

/** Tests that need a real server; where there is none, they say so. */
export const describeServer = (name: string, tests: () => void): void => {
  if (servers !== null) describe(name, tests);
  else describe(name, () => it.skip(`there is no server in ${serverFolder}; RX_COMPLETIONS_REALSERVER names another folder`));
};

export const hello: Context = { messages: [{ role: 'user', content: 'Hello' }] };

/** Qwen's template has a switch for thinking; without it, thoughts take most of a short answer. */
export const noThought = { chat_template_kwargs: { enable_thinking: false } } as const;

/** Makes the model say exactly this. */
export const exactly = (text: string): { readonly grammar: string } => ({ grammar: `root ::= ${JSON.stringify(text)}` });

export const eventsOf = <E>(events: Observable<E>): Promise<E[]> => lastValueFrom(events.pipe(toArray()), { defaultValue: [] });

/** The text a call ends with. */
export const answerOf = (events: Observable<StreamEvent>): Promise<string> =>
  lastValueFrom(events.pipe(accumulateText()), { defaultValue: '' });

/** What a call fails with. */
export const failureOf = (events: Observable<unknown>): Promise<unknown> =>
  eventsOf(events).then(
    (whole) => Promise.reject(new Error(`did not fail: ${JSON.stringify(whole)}`)),
    (error: unknown) => error,
  );

/** The events of one type, typed as such. */
export const only = <E extends { readonly type: string }, T extends E['type']>(events: readonly E[], type: T): Extract<E, { readonly type: T }>[] =>
  events.filter((event): event is Extract<E, { readonly type: T }> => event.type === type);

type AnswerEvent = StreamEvent | UsageEvent | ToolCallEvent;

export const textOf = (events: readonly AnswerEvent[], choice = 0): string =>
  only(events, 'text_delta').map((event) => (event.choice === choice ? event.delta : '')).join('');

export const reasoningOf = (events: readonly AnswerEvent[], choice = 0): string =>
  only(events, 'reasoning_delta').map((event) => (event.choice === choice ? event.delta : '')).join('');

/** An answer as the server gives it in one piece. */
export interface WholeAnswer {
  readonly choices: readonly {
    readonly index: number;
    readonly finish_reason: string;
    readonly message: {
      readonly content: string | null;
      readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[];
    };
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number };
}

interface Body {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
}

/** Remembers what calls ask the server, to ask the same for an answer in one piece, with nothing of this package between. */
export const remembering = () => {
  const bodies: string[] = [];
  const dispatcher: CallOptions['dispatcher'] = {
    dispatch: (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) => {
      bodies.push(typeof options.body === 'string' ? options.body : Buffer.from(options.body as Uint8Array).toString());
      return getGlobalDispatcher().dispatch(options, handler);
    },
  };
  const bodyOf = (call: number): Body => JSON.parse(bodies[call] ?? '') as Body;

  const wholeAnswer = async (call = 0): Promise<WholeAnswer> => {
    const response = await fetch(`${urlOf('plain')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...bodyOf(call), stream: false, stream_options: undefined }),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as WholeAnswer;
  };
  return { bodies, bodyOf, dispatcher, wholeAnswer };
};
