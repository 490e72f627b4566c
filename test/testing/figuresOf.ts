import type { ExpectedAnswer, ExpectedToolCall, JsonObject } from 'rx-completions/testing';

interface WireChoice {
  readonly index: number;
  readonly delta: {
    readonly content?: string;
    readonly reasoning?: string;
    readonly tool_calls?: readonly {
      readonly index: number;
      readonly id?: string;
      readonly function: { readonly name?: string; readonly arguments?: string };
    }[];
  };
  readonly finish_reason: ExpectedAnswer['finish'][number] | null;
}

interface WireChunk {
  readonly choices: readonly WireChoice[];
  readonly usage?: JsonObject;
}

/** The data of each event of an SSE body, by the letter of the standard and by none of this package's code. */
export const dataOf = (bytes: Uint8Array): readonly string[] => {
  const events: string[] = [];
  let data: string[] = [];
  // TextDecoder takes the byte order mark off.
  for (const line of new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)) {
    const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (line !== '') continue;
    if (data.length > 0) events.push(data.join('\n'));
    data = [];
  }
  return events;
};

/** What an SSE body says, read in the plainest way there is. */
export const figuresOf = (bytes: Uint8Array): ExpectedAnswer => {
  const events = dataOf(bytes);
  if (events.at(-1) !== '[DONE]') throw new Error('no [DONE]');
  const chunks = events.slice(0, -1).map((data) => JSON.parse(data) as WireChunk);
  const said = chunks.flatMap(({ choices }) => choices);
  const indices = [...new Set(said.map(({ index }) => index))].sort();
  const of = (index: number): readonly WireChoice[] => said.filter((choice) => choice.index === index);
  return {
    text: indices.map((index) => of(index).map(({ delta }) => delta.content ?? '').join('')),
    reasoning: indices.map((index) => of(index).map(({ delta }) => delta.reasoning ?? '').join('')),
    finish: indices.map((index) => of(index).at(-1)?.finish_reason ?? 'unknown'),
    toolCalls: indices.flatMap((index) => callsOf(index, of(index))),
    usage: chunks.find(({ usage }) => usage !== undefined)?.usage,
  };
};

const callsOf = (choice: number, said: readonly WireChoice[]): readonly ExpectedToolCall[] => {
  const calls: ExpectedToolCall[] = [];
  for (const { index, id, function: piece } of said.flatMap(({ delta }) => delta.tool_calls ?? [])) {
    const { name = '', arguments: args = '' } = piece;
    const open = calls[index];
    calls[index] = open === undefined ? { choice, index, id: id ?? '', name, args } : { ...open, args: open.args + args };
  }
  return calls;
};
