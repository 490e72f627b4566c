/**
 * The contenders, each as its own documentation says to use it. A contender loads what it needs and gives a function that
 * makes one call and tells what its user gets: `text`, and where the client puts them together, `calls`, `finish` and
 * `usage` ([input, output]). What a client leaves to its user is undefined. It throws what its user would catch.
 *
 * `ask`: baseUrl, key, prompt, headers, timeoutMs, retries (the client's own default or none), tool, signal, onText.
 */

const MODEL = 'test-model';
const messagesOf = (ask) => [{ role: 'user', content: ask.prompt }];

const openaiClient = async () => {
  const { OpenAI } = await import('openai');
  return ({ baseUrl, key, headers, timeoutMs, retries }) =>
    new OpenAI({ baseURL: baseUrl, apiKey: key, defaultHeaders: headers, timeout: timeoutMs, ...(retries ? {} : { maxRetries: 0 }) });
};

const openaiBody = (ask) => ({
  model: MODEL,
  messages: messagesOf(ask),
  stream_options: { include_usage: true },
  ...(ask.tool && { tools: [{ type: 'function', function: ask.tool }] }),
});

/** The stream that `create` gives; what the pieces add up to is its user's affair. */
const openaiCreate = async () => {
  const clientOf = await openaiClient();
  return async (ask) => {
    const stream = await clientOf(ask).chat.completions.create({ ...openaiBody(ask), stream: true }, { signal: ask.signal });
    let text = '';
    let finish;
    for await (const { choices } of stream) {
      text += choices?.[0]?.delta?.content ?? '';
      finish = choices?.[0]?.finish_reason ?? finish;
      if (text !== '') ask.onText();
    }
    return { text, finish };
  };
};

const openaiStream = async () => {
  const clientOf = await openaiClient();
  return async (ask) => {
    const stream = clientOf(ask).chat.completions.stream(openaiBody(ask), { signal: ask.signal });
    stream.on('content', () => ask.onText());
    const { choices, usage } = await stream.finalChatCompletion();
    const { message, finish_reason: finish } = choices[0] ?? {};
    return {
      text: message?.content ?? '',
      finish,
      calls: (message?.tool_calls ?? []).map(({ function: called }) => ({ name: called.name, input: JSON.parse(called.arguments) })),
      usage: [usage?.prompt_tokens, usage?.completion_tokens],
    };
  };
};

const ai = async () => {
  const { jsonSchema, streamText, tool } = await import('ai');
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  return async (ask) => {
    const provider = createOpenAICompatible({ name: 'test', baseURL: ask.baseUrl, apiKey: ask.key, headers: ask.headers, includeUsage: true });
    const { fullStream } = streamText({
      model: provider(MODEL),
      messages: messagesOf(ask),
      abortSignal: ask.signal,
      timeout: ask.timeoutMs,
      onError: () => undefined,
      ...(ask.retries ? {} : { maxRetries: 0 }),
      ...(ask.tool && { tools: { [ask.tool.name]: tool({ inputSchema: jsonSchema(ask.tool.parameters) }) } }),
    });
    const answer = { text: '', calls: [] };
    const errors = [];
    for await (const part of fullStream) {
      if (part.type === 'text-delta') answer.text += part.text;
      if (part.type === 'tool-call') answer.calls.push({ name: part.toolName, input: part.input });
      if (part.type === 'error') errors.push(part.error);
      // An answer cut off by its time limit is no error here, but its user is told.
      if (part.type === 'abort') errors.push(new Error('abort'));
      if (part.type === 'finish') Object.assign(answer, { finish: part.finishReason, usage: [part.totalUsage.inputTokens, part.totalUsage.outputTokens] });
      if (answer.text !== '') ask.onText();
    }
    if (errors.length > 0) throw errors[0];
    return answer;
  };
};

const langchain = async () => {
  const { ChatOpenAI } = await import('@langchain/openai');
  return async (ask) => {
    const chat = new ChatOpenAI({
      model: MODEL,
      apiKey: ask.key,
      timeout: ask.timeoutMs,
      configuration: { baseURL: ask.baseUrl, defaultHeaders: ask.headers },
      ...(ask.retries ? {} : { maxRetries: 0 }),
    });
    const model = ask.tool ? chat.bindTools([{ type: 'function', function: ask.tool }]) : chat;
    let whole;
    for await (const piece of await model.stream(messagesOf(ask), { signal: ask.signal })) {
      whole = whole === undefined ? piece : whole.concat(piece);
      if (whole.text !== '') ask.onText();
    }
    return {
      text: whole?.text ?? '',
      finish: whole?.response_metadata.finish_reason,
      calls: (whole?.tool_calls ?? []).map(({ name, args }) => ({ name, input: args })),
      usage: [whole?.usage_metadata?.input_tokens, whole?.usage_metadata?.output_tokens],
    };
  };
};

const ours = async () => {
  const { openAICompatModel, streamOpenAICompletions } = await import('../../dist/src/index.js');
  const { accumulateText, assembleToolCalls, normalizeUsage, retryCall } = await import('../../dist/operators/index.js');
  const { tap } = await import('rxjs');
  return (ask) =>
    new Promise((resolve, reject) => {
      const model = openAICompatModel({ provider: 'test', id: MODEL, baseUrl: ask.baseUrl });
      const context = { messages: messagesOf(ask), ...(ask.tool && { tools: [ask.tool] }) };
      const call = streamOpenAICompletions(model, context, {
        apiKey: ask.key,
        headers: ask.headers,
        ...(ask.timeoutMs && { timeouts: { idleMs: ask.timeoutMs } }),
      });
      const answer = { text: '', calls: [], usage: [] };
      const subscription = (ask.retries ? call.pipe(retryCall()) : call)
        .pipe(
          assembleToolCalls(),
          normalizeUsage(),
          tap((event) => {
            if (event.type === 'tool_call') answer.calls.push({ name: event.name, input: event.input });
            if (event.type === 'finish') answer.finish = event.reason;
            if (event.type === 'usage') answer.usage = [event.input, event.output];
          }),
          accumulateText(),
        )
        .subscribe({
          next: (text) => {
            answer.text = text;
            if (text !== '') ask.onText();
          },
          error: reject,
          complete: () => resolve(answer),
        });
      ask.signal.addEventListener('abort', () => subscription.unsubscribe());
      if (ask.signal.aborted) subscription.unsubscribe();
    });
};

/** By the name of their column: how to load them, and the package whose version is told. */
export const clients = {
  'openai create': { load: openaiCreate, from: 'openai' },
  'openai .stream()': { load: openaiStream, from: 'openai' },
  'ai streamText': { load: ai, from: 'ai' },
  langchain: { load: langchain, from: '@langchain/openai' },
  'rx-completions': { load: ours, from: 'rx-completions' },
};

/** The column that must be right in every row. */
export const OURS = 'rx-completions';
