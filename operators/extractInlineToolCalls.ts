import { CompletionError } from '../src/errors/CompletionError.ts';
import type { StreamEvent, TextDeltaEvent, ToolCallDeltaEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import type { EventOperator } from './EventOperator.ts';
import { expectAmount } from './expectAmount.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { createMarkupSplitter } from './inline/createMarkupSplitter.ts';
import { DIALECTS, type InlineToolDialect } from './inline/DIALECTS.ts';
import { writeArgs } from './inline/writeArgs.ts';
import { liftEvents } from './liftEvents.ts';
import { perChoice } from './text/perChoice.ts';
import type { ToolLike } from './tools/ToolLike.ts';

/** Config of `extractInlineToolCalls`. */
export interface ExtractInlineToolCallsConfig {
  /**
   * How the model writes its calls. Name the one of your model where answers may speak of such markup.
   *
   * @defaultValue all of them
   */
  readonly dialect?: InlineToolDialect | readonly InlineToolDialect[] | undefined;
  /**
   * The tools offered. Their schemas tell numbers from texts in the dialect `qwen`, which writes all values as text.
   *
   * @defaultValue none, so that such values are texts
   */
  readonly tools?: readonly ToolLike[] | undefined;
  /**
   * The most markup held for one call, in UTF-16 units; longer markup is given back as text.
   *
   * @defaultValue 1 MiB
   */
  readonly maxMarkupLength?: number | undefined;
  /**
   * The most calls made of one choice; one more is a `limit` error.
   *
   * @defaultValue 128, as many as a call takes of its endpoint
   */
  readonly maxToolCalls?: number | undefined;
}

/**
 * Turns tool calls that a backend leaks into the text, as markup, into `tool_call_delta` events, one for each call: put it
 * before `assembleToolCalls`.
 *
 *     in:   s-t----t----t-f-d|      t = "Ok <tool", "_call>{…}</tool", "_call>", f = finish stop
 *     out:  s-t---------c-g-d|      t = "Ok ", c = tool_call_delta, g = finish tool_calls
 *
 * | dialect | markup |
 * |---|---|
 * | `hermes` | `<tool_call>{"name":"f","arguments":{}}</tool_call>` |
 * | `qwen` | `<function=f><parameter=k>v</parameter></function>`, also within `<tool_call>` |
 * | `mistral` | `[TOOL_CALLS][{"name":"f","arguments":{}}]`, `[TOOL_CALLS]f[ARGS]{}` |
 * | `llama` | `<\|python_tag\|>{"name":"f","parameters":{}}` |
 * | `kimi` | `<\|tool_call_begin\|>functions.f:0<\|tool_call_argument_begin\|>{}<\|tool_call_end\|>` |
 * | `deepseek` | `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>` |
 *
 * The result does not depend on how the text is cut. Text around the markup stays text, and so does markup that is not
 * closed, or names no tool: nothing is lost. Held is what may be the beginning of a tag, and behind a tag the markup until
 * its call is whole; it is released as text before a `finish` or another part of that choice, before `done`, and at
 * completion, but not on error. A choice with such a call finishes with `tool_calls` where the endpoint said `stop` or
 * nothing known; `rawReason` stays. The arguments are those of the markup, unchecked. Resets on `start`.
 *
 * @example
 * import { of } from 'rxjs';
 * import { extractInlineToolCalls } from 'rx-completions/operators';
 *
 * of({ type: 'text_delta', choice: 0, delta: '<tool_call>{"name":"now","arguments":{}}</tool_call>' } as const)
 *   .pipe(extractInlineToolCalls({ dialect: 'hermes' }))
 *   .subscribe((event) => console.log(event)); // tool_call_delta now {}
 *
 * @throws `CompletionError` with code `config`, when called with a dialect that is not known; with code `limit`, as a
 * notification, when the text holds more than `maxToolCalls` calls.
 * @see assembleToolCalls
 */
export const extractInlineToolCalls = (config: ExtractInlineToolCallsConfig = {}): EventOperator<ToolCallDeltaEvent> => {
  expectConfig('extractInlineToolCalls', config, FIELDS);
  return liftEvents<ToolCallDeltaEvent>(createCallExtractor(config));
};

const NAMES = Object.keys(DIALECTS) as InlineToolDialect[];

const FIELDS: ConfigFields<ExtractInlineToolCallsConfig> = { dialect: NAMES, tools: true, maxMarkupLength: true, maxToolCalls: true };

const createCallExtractor = (config: ExtractInlineToolCallsConfig): Stage<StreamEvent, StreamEvent> => {
  const { dialect = NAMES, tools = [], maxMarkupLength = 2 ** 20, maxToolCalls = 128 } = config;
  expectAmount('extractInlineToolCalls', { maxMarkupLength, maxToolCalls });
  const dialects = [dialect].flat();
  for (const each of dialects) expectConfig('extractInlineToolCalls', { dialect: each }, { dialect: NAMES });
  const splitter = createMarkupSplitter(dialects.flatMap((each) => DIALECTS[each]), maxMarkupLength);
  const toolOf = new Map(tools.map((tool) => [tool.name, tool]));

  return (emit) => {
    /** For each choice, the index of the next call of ours: behind those the endpoint numbered. */
    const indices = new Map<number, number>();
    /** How many calls were made of each choice. */
    const called = new Map<number, number>();
    const finished = new Set<number>();

    const readText = (choice: number): Stage<TextDeltaEvent, StreamEvent> => (send) => {
      let latest: TextDeltaEvent | undefined;
      const split = splitter((piece) => {
        if (latest === undefined) return;
        if (typeof piece === 'string') {
          send(piece === latest.delta ? latest : { ...latest, delta: piece });
          return;
        }
        const { args, ...call } = piece;
        const index = indices.get(choice) ?? 0;
        const calls = (called.get(choice) ?? 0) + 1;
        if (calls > maxToolCalls) throw overLimit(maxToolCalls);
        indices.set(choice, index + 1);
        called.set(choice, calls);
        const delta = typeof args === 'string' ? args : writeArgs(args, toolOf.get(call.name));
        send({ type: 'tool_call_delta', choice, index, ...call, delta });
      });
      return {
        push: (event) => {
          latest = event;
          split.push(event.delta);
        },
        flush: () => split.flush(),
      };
    };

    const texts = perChoice(readText)((event) => {
      if (event.type === 'finish') finished.add(event.choice);
      // The reason of a whole answer is that of its first choice.
      const choice = event.type === 'finish' ? event.choice : event.type === 'done' ? Math.min(...finished) : undefined;
      emit(choice !== undefined && called.has(choice) ? withCalls(event) : event);
    });

    return {
      push: (event) => {
        if (event.type === 'start') {
          indices.clear();
          called.clear();
          finished.clear();
        } else if (event.type === 'tool_call_delta' && event.index !== undefined)
          indices.set(event.choice, Math.max(indices.get(event.choice) ?? 0, event.index + 1));
        texts.push(event);
      },
      flush: () => texts.flush(),
    };
  };
};

/** Backends that do not see the calls say `stop`; that an answer was cut is true all the same. */
const withCalls = (event: StreamEvent): StreamEvent =>
  'reason' in event && (event.reason === 'stop' || event.reason === 'unknown') ? { ...event, reason: 'tool_calls' } : event;

const overLimit = (limit: number): CompletionError =>
  new CompletionError('limit', { message: `the text holds more tool calls than maxToolCalls allows (${limit})`, committed: true });
