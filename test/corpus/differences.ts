import type { AnswerOptions } from '../../src/request/AnswerOptions.ts';

interface Difference {
  readonly because: string;
  /** The figures that hold here, in place of the other parser's. */
  readonly figures?: Readonly<Record<string, unknown>>;
  /** How the recording must be read for the other figures to be comparable at all. */
  readonly answer?: Partial<AnswerOptions>;
}

/** Recordings whose figures rightly differ from those of the other parser. */
export const differences: Readonly<Record<string, Difference>> = {
  'github-copilot/copilotchat--stream-from-github-bing-search-skill--2362828': {
    because: 'one frame is damaged, an error by default; read leniently, the first telling reason wins over the later stop',
    answer: { onBadFrame: 'warn' },
    figures: { finish: ['function_call'] },
  },
  'openai/rubyllm--streaming-responses-openai-gpt-4-1-nano-supports-streaming-responses--2596c0': {
    because: 'the call ends at the error; the usage of zeros sent after it is not read',
    figures: { usage: null },
  },
  'openrouter/reqllm--google-gemini-2-5-pro-preview-05-06-object-streaming--6c17e0': {
    because: 'the first telling finish reason wins over the later stop',
    figures: { finish: ['tool_calls'] },
  },
};
