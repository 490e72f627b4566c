import type { Observable } from 'rxjs';
import { configError } from '../src/errors/configError.ts';
import type { StreamEvent } from '../src/events/StreamEvent.ts';
import type { AnyEvent } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import type { LoopEvent } from './loop/LoopEvent.ts';
import type { LoopTool } from './loop/runnableTool.ts';
import type { Ask, RunToolsConfig } from './loop/RunToolsConfig.ts';
import { takeTurns } from './loop/takeTurns.ts';

/**
 * Asks the model, runs the tools it calls, tells it the results and asks again, until it calls nothing more. `ask` makes one
 * call with whatever pipe belongs to it: fallback, retry, `stripThink`, prices. Beside the messages it is told the number of the
 * turn, whether it is the last one, and the `tools`, which are so given once.
 *
 *     turn 1:  s-c-c-f-d|                        s = start, c = tool call delta, C = tool call
 *     turn 2:                       s-t-t-f-d|
 *     out:     s-c-c-f-(CC)--R---(RE)s-t-t-f-(Ed)|     R = tool_result, E = turn_end
 *
 * It emits what the turns emit, a `tool_call` for each call, a `tool_result` as each is answered, a `turn_end` with the
 * message, the usage and the conversation so far, and one `done` at the very end. A turn begins with a `start`, which voids
 * what came before: `accumulateText` behind it shows the turn at hand, and each `turn_end` holds what the turn came to.
 * Attempts are counted through.
 *
 * Nothing runs before the answer is whole. Each call of it that is valid runs once; one that is not gets its error back, so
 * that the model can mend it, and so does one of an unknown tool. An answer with a call that was cut (`length`,
 * `content_filter`) ends the loop as it is, and so does a call of a tool without `run`, after the others have run. Results
 * go back in the order of the calls. Reasoning and signatures go back as they came, but arguments that are no JSON object as
 * `{}`, since endpoints refuse them. Only choice 0 is read.
 *
 * Unsubscribing closes the socket of the call at hand and aborts the signals of the handlers at work. Holds the answer at
 * hand and the conversation. A source that completes without `done` ends the loop without one.
 *
 * @example
 * import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
 * import { accumulateText, runnableTool, runTools } from 'rx-completions/operators';
 *
 * const config = { messages: [{ role: 'user', content: 'What time is it?' }], tools: [runnableTool({ name: 'now' }, () => new Date())] } as const;
 * const model = openAICompatModel({ provider: 'vllm', id: 'qwen3', baseUrl: 'http://localhost:8000/v1' });
 * const events = runTools((messages, { tools }) => streamOpenAICompletions(model, { messages, tools }), config);
 * const texts = events.pipe(accumulateText());
 *
 * @throws `CompletionError` with code `config`, when called with two tools of one name. With code `budget`, as a
 * notification, when the model still calls tools in the last turn; `partial` is its message. What a call, `approve` or
 * a handler fails with, marked as `committed` once content has been seen.
 * @see collectMessage for a loop of your own
 */
export const runTools = <const Tools extends readonly LoopTool[], E extends AnyEvent = StreamEvent>(
  ask: Ask<E, Tools>,
  config: RunToolsConfig<Tools>,
): Observable<E | LoopEvent<Tools>> => {
  if (typeof ask !== 'function') throw configError('`runTools` takes a function that makes a call of messages');
  expectConfig<RunToolsConfig>('runTools', config as unknown as RunToolsConfig, FIELDS);
  const { messages, tools, maxTurns = 8, concurrency = 16, timeoutMs = 120_000 } = config;
  if (!Array.isArray(messages)) throw configError('`messages` of `runTools` must be an array');
  if (!Array.isArray(tools)) throw configError('`tools` of `runTools` must be an array');
  expectAmount('runTools', { maxTurns, concurrency, timeoutMs });
  expectUnique(tools);
  // What the types say of events and tools holds at run time: events of one `type` have one shape, and a call that runs has
  // passed the schema of its tool.
  return takeTurns(ask as unknown as Ask<StreamEvent>, config as unknown as RunToolsConfig) as unknown as Observable<E | LoopEvent<Tools>>;
};

const FIELDS: ConfigFields<RunToolsConfig> = {
  messages: true,
  tools: true,
  maxTurns: true,
  concurrency: true,
  timeoutMs: true,
  approve: true,
  onToolError: ['tell', 'fail'],
  scheduler: true,
};

/** Nobody could say whose calls they are. */
const expectUnique = (tools: readonly LoopTool[]): void => {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name)) throw configError(`two tools of \`runTools\` are called ${name}`);
    names.add(name);
  }
};
