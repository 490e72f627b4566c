import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly help: boolean;
  readonly prompt: string;
  /** Whether the model is offered a tool. */
  readonly tools: boolean;
  /** Where the caller's own endpoint is; OpenRouter where only a model is named. */
  readonly baseUrl: string | undefined;
  /** The model of the caller's own endpoint; absent for the scripted one. */
  readonly model: string | undefined;
}

/** A mistake in the command line, told in one sentence. */
export class UsageError extends Error {}

/** Reads the command line of the demo. */
export const readOptions = (args: readonly string[]): DemoOptions => {
  const { values } = parse(args);
  const { 'base-url': baseUrl, model, prompt = 'What should I wear in Bern today?' } = values;
  if (baseUrl !== undefined && model === undefined)
    throw new UsageError(`add --model: the name of the model that ${baseUrl} is to answer with`);
  return { help: values.help ?? false, prompt, tools: values['no-tools'] !== true, baseUrl, model };
};

const parse = (args: readonly string[]): ReturnType<typeof parseArgs<typeof CONFIG>> => {
  try {
    return parseArgs({ ...CONFIG, args: [...args] });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : 'unknown option'} (--help lists the options)`);
  }
};

const CONFIG = {
  options: {
    'base-url': { type: 'string' },
    model: { type: 'string' },
    prompt: { type: 'string' },
    'no-tools': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
} as const;

export const HELP = `npm run demo [-- options]

Streams an answer through accumulateText, stripThink, assembleToolCalls, normalizeUsage and fallbackEndpoints.
The endpoint asked first is scripted and fails. Without options a scripted one answers, too: no key, no network.

  --model <id>       the model of a real endpoint that answers instead
  --base-url <url>   where it is, e.g. http://localhost:8000/v1; OpenRouter when absent
  --prompt <text>    what to ask
  --no-tools         offer the model no tool, for endpoints that refuse them
  -h, --help         this text

The key is RX_COMPLETIONS_API_KEY, else OPENAI_API_KEY for api.openai.com or OPENROUTER_API_KEY for openrouter.ai.
A server on this machine needs none. Tool calls are shown, never run.
`;
