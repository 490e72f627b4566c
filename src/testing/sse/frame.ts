/** Fields of a server-sent event beside its data. */
export interface FrameConfig {
  readonly event?: string;
  readonly id?: string;
}

/**
 * One server-sent event as text. An object becomes its JSON, a string stands as it is; each of its lines gets a `data:` of
 * its own.
 *
 * @example
 * import { frame } from 'rx-completions/testing';
 *
 * frame({ id: 'x' }); // 'data: {"id":"x"}\n\n'
 * frame('[DONE]'); // 'data: [DONE]\n\n'
 */
export const frame = (data: object | string, { event, id }: FrameConfig = {}): string => {
  const fields = [
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(typeof data === 'string' ? data : JSON.stringify(data)).split(LINE_END).map((line) => `data: ${line}`),
  ];
  return `${fields.join('\n')}\n\n`;
};

const LINE_END = /\r\n|\r|\n/;
