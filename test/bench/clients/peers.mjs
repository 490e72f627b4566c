import { createAdder } from './floors.mjs';

/** The clients people use, each as its documentation says to. */

const MODEL = 'm';
const API_KEY = 'sk-bench';
const messages = [{ role: 'user', content: 'hi' }];
const PARAMETERS = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const tools = [{ type: 'function', function: { name: 'write', parameters: PARAMETERS } }];
const stream_options = { include_usage: true };

const openaiClient = async (baseURL) => {
  const { OpenAI } = await import('openai');
  return new OpenAI({ baseURL, apiKey: API_KEY, maxRetries: 0 });
};

/** The stream that `create` gives. */
export const openaiChunks = async (baseUrl) => {
  const client = await openaiClient(baseUrl);
  return () => client.chat.completions.create({ model: MODEL, messages, tools, stream: true, stream_options });
};

const openaiCreate = async (baseUrl) => {
  const stream = await openaiChunks(baseUrl);
  return async () => {
    const { answer, add } = createAdder();
    for await (const chunk of await stream()) add(chunk);
    return answer;
  };
};

const openaiStream = async (baseUrl) => {
  const client = await openaiClient(baseUrl);
  return async () => {
    const completion = await client.chat.completions.stream({ model: MODEL, messages, tools, stream_options }).finalChatCompletion();
    const { content, tool_calls: calls = [] } = completion.choices[0].message;
    return { text: content ?? '', calls: calls.map((call) => call.function.arguments) };
  };
};

const ai = async (baseUrl) => {
  const { jsonSchema, streamText, tool } = await import('ai');
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  const model = createOpenAICompatible({ name: 'bench', baseURL: baseUrl, apiKey: API_KEY, includeUsage: true })(MODEL);
  const write = tool({ inputSchema: jsonSchema(PARAMETERS) });
  return async () => {
    const answer = { text: '', reasoning: '', calls: [] };
    for await (const part of streamText({ model, messages, tools: { write }, maxRetries: 0 }).fullStream) {
      if (part.type === 'text-delta') answer.text += part.text;
      else if (part.type === 'reasoning-delta') answer.reasoning += part.text;
      else if (part.type === 'tool-call') answer.calls.push(part.input);
      else if (part.type === 'error') throw part.error;
    }
    return answer;
  };
};

const openrouter = async (baseUrl) => {
  const { OpenRouter } = await import('@openrouter/sdk');
  const client = new OpenRouter({ apiKey: API_KEY, serverURL: baseUrl, retryConfig: { strategy: 'none' } });
  return async () => {
    const answer = { text: '', reasoning: '', calls: [] };
    for await (const { choices } of await client.chat.send({ chatRequest: { model: MODEL, messages, tools, stream: true } })) {
      const { content, reasoning, toolCalls = [] } = choices[0]?.delta ?? {};
      answer.text += content ?? '';
      answer.reasoning += reasoning ?? '';
      for (const call of toolCalls) answer.calls[call.index] = (answer.calls[call.index] ?? '') + call.function.arguments;
    }
    return answer;
  };
};

const langchain = async (baseUrl) => {
  const { ChatOpenAI } = await import('@langchain/openai');
  const model = new ChatOpenAI({ model: MODEL, apiKey: API_KEY, configuration: { baseURL: baseUrl }, maxRetries: 0 }).bindTools(tools);
  return async () => {
    let whole;
    for await (const piece of await model.stream(messages)) whole = whole === undefined ? piece : whole.concat(piece);
    return { text: whole.text, calls: whole.tool_calls.map(({ args }) => args) };
  };
};

const tanstack = async (baseUrl) => {
  const { chat, toolDefinition } = await import('@tanstack/ai');
  const { openaiCompatibleText } = await import('@tanstack/ai-openai/compatible');
  const adapter = openaiCompatibleText(MODEL, { baseURL: baseUrl, apiKey: API_KEY, maxRetries: 0 });
  const write = toolDefinition({ name: 'write', description: 'Writes.', inputSchema: PARAMETERS }).client();
  return async () => {
    const answer = { text: '', reasoning: '', calls: [] };
    for await (const event of chat({ adapter, messages, tools: [write] })) {
      if (event.type === 'TEXT_MESSAGE_CONTENT') answer.text += event.delta;
      else if (event.type === 'REASONING_MESSAGE_CONTENT') answer.reasoning += event.delta;
      else if (event.type === 'TOOL_CALL_END') answer.calls.push(event.input);
      else if (event.type === 'RUN_ERROR') throw new Error(event.message);
    }
    return answer;
  };
};

export const peers = {
  'openai create': { load: openaiCreate, from: 'openai' },
  'openai .stream()': { load: openaiStream, from: 'openai' },
  'ai streamText': { load: ai, from: 'ai' },
  '@openrouter/sdk': { load: openrouter, from: '@openrouter/sdk' },
  langchain: { load: langchain, from: '@langchain/openai' },
  tanstack: { load: tanstack, from: '@tanstack/ai' },
};
