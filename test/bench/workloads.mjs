/** What the bench server can send: HTTP bodies made once, each chunk of the stream as an HTTP chunk of its own. */

const frame = (choice, usage) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-9X3aOY9DtjweQLHsmnLgzQYg36KpW',
    object: 'chat.completion.chunk',
    created: 1767213718,
    model: 'gpt-4o-mini-2024-07-18',
    system_fingerprint: 'fp_8bbc38b4db',
    choices: choice === undefined ? [] : [{ index: 0, logprobs: null, finish_reason: null, ...choice }],
    ...(usage === undefined ? {} : { usage }),
  })}\n\n`;

const ending = (reason) => [
  frame({ delta: {}, finish_reason: reason }),
  frame(undefined, { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 }),
  'data: [DONE]\n\n',
];

const WORDS = ['The', ' quick', ' brown', ' fox', ' jumps', ' over', ' the', ' lazy', ' dog', ', naïve', ' "quoted"', '\n'];

const text = (count) => [
  ...Array.from({ length: count }, (_, at) => frame({ delta: { content: WORDS[at % WORDS.length] } })),
  ...ending('stop'),
];

const think = (count) => [
  ...['<th', 'ink>'].map((content) => frame({ delta: { content } })),
  ...Array.from({ length: count / 2 }, (_, at) => frame({ delta: { content: WORDS[at % WORDS.length] } })),
  ...['</thi', 'nk>'].map((content) => frame({ delta: { content } })),
  ...Array.from({ length: count / 2 }, (_, at) => frame({ delta: { content: WORDS[at % WORDS.length] } })),
  ...ending('stop'),
];

const toolCall = (bytes, pieceBytes) => {
  const piece = 'x'.repeat(pieceBytes);
  const call = (fields, args) => frame({ delta: { tool_calls: [{ index: 0, ...fields, function: { ...(fields.id && { name: 'write' }), arguments: args } }] } });
  return [
    call({ id: 'call_1', type: 'function' }, '{"text":"'),
    ...Array.from({ length: bytes / pieceBytes }, () => call({}, piece)),
    call({}, '"}'),
    ...ending('tool_calls'),
  ];
};

const asHttp = (frames) => {
  const parts = ['HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'];
  for (const one of frames) parts.push(`${Buffer.byteLength(one).toString(16)}\r\n${one}\r\n`);
  parts.push('0\r\n\r\n');
  return Buffer.from(parts.join(''));
};

const lengthOf = (frames) =>
  frames.reduce((sum, one) => {
    if (!one.startsWith('data: {')) return sum;
    const delta = JSON.parse(one.slice(6)).choices[0]?.delta;
    return sum + (delta?.content?.length ?? 0) + (delta?.tool_calls?.[0]?.function.arguments.length ?? 0);
  }, 0);

const workload = (frames) => ({ body: asHttp(frames), chunks: frames.length, expected: lengthOf(frames) });

/** By name: the bytes to send, how many frames they hold, and how many characters of content a right client finds. */
export const workloads = {
  text: () => workload(text(20_000)),
  think: () => workload(think(20_000)),
  tool8mb: () => workload(toolCall(8 << 20, 16 << 10)),
  text1k: () => workload(text(1_000)),
  text4k: () => workload(text(4_000)),
  text16k: () => workload(text(16_000)),
  text64k: () => workload(text(64_000)),
};
