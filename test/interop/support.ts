import { openAICompatModel, type Context, type Model, type StreamEvent } from 'rx-completions';
import { accumulateText, type ToolCallEvent, type UsageEvent } from 'rx-completions/operators';
import { lastValueFrom, toArray, type Observable } from 'rxjs';
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
