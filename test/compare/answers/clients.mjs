/**
 * The contenders, each as its documentation says to use it. A contender loads what it needs and gives up to three functions;
 * one that a client has no notion of is left out:
 *
 * - `answer(ask)`: what its user gets of a stream: `text`, `reasoning`, `calls` (id, name, value or none), `endings` (every
 *   word it has for why the answer ended) and `usage` ([input, output]). What a client leaves to its user stands in `leaves`.
 * - `object(ask, show)`: a structured answer; `show` takes each value on the way, and the result is the last.
 * - `loop(ask, run)`: the tools are run until the model says its last words, which are the result.
 *
 * `ask`: baseUrl, tools, and the schema of a structured answer.
 */
import { valueOf } from './stream.mjs';

const MODEL = 'test-model';
const KEY = 'sk-test';
const messages = [{ role: 'user', content: 'Go' }];

const openai = async () => {
  const { OpenAI } = await import('openai');
  const { zodResponseFormat } = await import('openai/helpers/zod');
  const { z } = await import('zod');
  const chatOf = ({ baseUrl }) => new OpenAI({ baseURL: baseUrl, apiKey: KEY, maxRetries: 0 }).chat.completions;
  const body = { model: MODEL, messages, stream_options: { include_usage: true } };
  const functions = (tools, more = () => ({})) => (tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: 'function', function: { ...tool, ...more(tool) } })) });
  return {
    answer: async (ask) => {
      const { choices, usage } = await chatOf(ask).stream({ ...body, ...functions(ask.tools), ...(ask.choices > 1 && { n: ask.choices }) }).finalChatCompletion();
      const { message, finish_reason: finish } = choices.find(({ index }) => index === 0) ?? choices[0];
      const called = message.tool_calls ?? (message.function_call ? [{ function: message.function_call }] : []);
      return {
        text: message.content ?? '',
        calls: called.map(({ id, function: { name, arguments: args } }) => ({ id, name, value: valueOf(args) })),
        endings: [finish],
        usage: [usage?.prompt_tokens, usage?.completion_tokens],
      };
    },
    object: async (ask, show) => {
      const format = zodResponseFormat(z.fromJSONSchema(ask.schema), 'answer');
      const stream = chatOf(ask).stream({ ...body, response_format: format });
      stream.on('chunk', (_, { choices }) => show(choices.find(({ index }) => index === 0)?.message.parsed ?? undefined));
      return (await stream.finalChatCompletion()).choices[0].message.parsed;
    },
    loop: (ask, run) => {
      const runner = chatOf(ask).runTools({ ...body, stream: true, ...functions(ask.tools, ({ name }) => ({ parse: JSON.parse, function: (input) => run(name, input) })) });
      return runner.finalContent();
    },
  };
};

const ai = async () => {
  const { jsonSchema, Output, stepCountIs, streamText, tool } = await import('ai');
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const { z } = await import('zod');
  const modelOf = ({ baseUrl }) => createOpenAICompatible({ name: 'test', baseURL: baseUrl, apiKey: KEY, includeUsage: true, supportsStructuredOutputs: true })(MODEL);
  const settings = (ask) => ({ model: modelOf(ask), messages, maxRetries: 0 });
  const toolsOf = (ask, run) => ({
    tools: Object.fromEntries(
      ask.tools.map(({ name, description, parameters }) => [
        name,
        tool({ description, inputSchema: jsonSchema(parameters), ...(run && { execute: (input) => run(name, input) }) }),
      ]),
    ),
  });
  return {
    answer: async (ask) => {
      const answer = { text: '', reasoning: '', calls: [] };
      const errors = [];
      const { fullStream } = streamText({ ...settings(ask), ...toolsOf(ask), onError: () => undefined });
      for await (const part of fullStream) {
        if (part.type === 'text-delta') answer.text += part.text;
        if (part.type === 'reasoning-delta') answer.reasoning += part.text;
        if (part.type === 'tool-call') answer.calls.push({ id: part.toolCallId, name: part.toolName, value: part.invalid ? undefined : part.input });
        if (part.type === 'error') errors.push(part.error);
        if (part.type === 'finish')
          Object.assign(answer, {
            endings: [part.finishReason.replaceAll('-', '_'), part.rawFinishReason],
            usage: [part.totalUsage.inputTokens, part.totalUsage.outputTokens],
          });
      }
      if (errors.length > 0) throw errors[0];
      return answer;
    },
    object: async (ask, show) => {
      const errors = [];
      const output = Output.object({ schema: z.fromJSONSchema(ask.schema) });
      const result = streamText({ ...settings(ask), output, onError: ({ error }) => errors.push(error) });
      for await (const partial of result.partialOutputStream) show(partial);
      if (errors.length > 0) throw errors[0];
      return result.output;
    },
    loop: async (ask, run) => {
      const errors = [];
      const result = streamText({ ...settings(ask), ...toolsOf(ask, run), stopWhen: stepCountIs(3), onError: ({ error }) => errors.push(error) });
      await result.consumeStream();
      if (errors.length > 0) throw errors[0];
      return result.text;
    },
  };
};

const langchain = async () => {
  const { ChatOpenAI } = await import('@langchain/openai');
  const chatOf = ({ baseUrl, choices }) =>
    new ChatOpenAI({ model: MODEL, apiKey: KEY, configuration: { baseURL: baseUrl }, maxRetries: 0, ...(choices > 1 && { n: choices }) });
  /** Those that cannot be parsed stand apart. */
  const inOrder = (whole, calls) => {
    const places = new Map((whole?.tool_call_chunks ?? []).map(({ id }, at) => [id, at]));
    return calls.sort((a, b) => places.get(a.id) - places.get(b.id));
  };
  return {
    answer: async (ask) => {
      const chat = chatOf(ask);
      const model = ask.tools.length === 0 ? chat : chat.bindTools(ask.tools.map((tool) => ({ type: 'function', function: tool })));
      let whole;
      for await (const piece of await model.stream(messages)) whole = whole === undefined ? piece : whole.concat(piece);
      const blocks = whole?.contentBlocks.filter(({ type }) => type === 'reasoning') ?? [];
      return {
        text: whole?.text ?? '',
        reasoning: blocks.map(({ reasoning }) => reasoning).join('') || (whole?.additional_kwargs.reasoning_content ?? ''),
        calls: inOrder(whole, [
          ...(whole?.tool_calls ?? []).map(({ id, name, args }) => ({ id, name, value: args })),
          ...(whole?.invalid_tool_calls ?? []).map(({ id, name }) => ({ id, name })),
        ]),
        endings: [whole?.response_metadata.finish_reason],
        usage: [whole?.usage_metadata?.input_tokens, whole?.usage_metadata?.output_tokens],
      };
    },
    object: async (ask, show) => {
      // By a JSON Schema it shows the answer as it grows, by a zod schema only the whole of it.
      const model = chatOf(ask).withStructuredOutput(ask.schema, { method: 'jsonSchema', name: 'answer' });
      let last;
      for await (const partial of await model.stream(messages)) show((last = partial));
      return last;
    },
  };
};

const ours = async () => {
  const { openAICompatModel, streamOpenAICompletions } = await import('../../../dist/src/index.js');
  const { accumulateText, collectMessage, normalizeUsage, parseAnswer, runnableTool, runTools } = await import('../../../dist/operators/index.js');
  const { lastValueFrom, share } = await import('rxjs');
  const { z } = await import('zod');
  const callOf = (ask, context, options) => streamOpenAICompletions(openAICompatModel({ provider: 'test', id: MODEL, baseUrl: ask.baseUrl }), context, options);
  const textsOf = (content, type) => content.map((part) => (part.type === type ? part.text : '')).join('');
  return {
    answer: async (ask) => {
      const call = callOf(ask, { messages, tools: ask.tools }, { n: ask.choices });
      const { content, finishReason, rawReason, usage } = await lastValueFrom(call.pipe(normalizeUsage(), collectMessage({ tools: ask.tools })));
      return {
        text: textsOf(content, 'text'),
        reasoning: textsOf(content, 'reasoning'),
        calls: content.filter(({ type }) => type === 'tool_call').map(({ id, name, input }) => ({ id, name, value: input })),
        endings: [finishReason, rawReason],
        usage: [usage?.input, usage?.output],
      };
    },
    object: async (ask, show) => {
      const schema = z.fromJSONSchema(ask.schema);
      const answer = parseAnswer(schema);
      const call = callOf(ask, { messages }, { responseFormat: schema }).pipe(share());
      const [value] = await Promise.all([lastValueFrom(call.pipe(answer)), call.pipe(answer.partial()).forEach(show)]);
      return value;
    },
    loop: (ask, run) => {
      const tools = ask.tools.map((tool) => runnableTool(tool, (input) => run(tool.name, input)));
      const events = runTools((sofar) => callOf(ask, { messages: sofar, tools }), { messages, tools, maxTurns: 3 });
      return lastValueFrom(events.pipe(accumulateText()));
    },
  };
};

/** By the name of their column: how to load them, and the package whose version is told. */
export const clients = {
  'openai .stream()': { load: openai, from: 'openai', takesChoices: true, leaves: ['reasoning'] },
  'ai streamText': { load: ai, from: 'ai', takesChoices: false },
  'langchain stream': { load: langchain, from: '@langchain/openai', takesChoices: true },
  'rx-completions': { load: ours, from: 'rx-completions', takesChoices: true },
};

export const OURS = 'rx-completions';
