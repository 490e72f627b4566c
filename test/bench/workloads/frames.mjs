/** The deltas of answers, and the frames that carry them. */

const WORDS = ['The', ' quick', ' brown', ' fox', ' jumps', ' over', ' the', ' lazy', ' dog', ', naïve', ' "quoted"', '\n'];

const words = (count) => Array.from({ length: count }, (_, at) => WORDS[at % WORDS.length]);

const cutEvery = (text, length) => text.match(new RegExp(`[^]{1,${length}}`, 'g'));

export const text = (count) => words(count).map((content) => ({ content }));

/** First the reasoning has a field of its own, then it stands in the text between tags that are cut, then comes the answer. */
export const think = (count) => [
  ...words(count / 3).map((reasoning) => ({ reasoning })),
  ...['<th', 'ink>', ...words(count / 3), '</thi', 'nk>', ...words(count / 3)].map((content) => ({ content })),
];

/** Calls whose arguments come in turn, a piece of each. */
export const toolCalls = (calls, args, pieceLength) => {
  const pieces = cutEvery(args, pieceLength);
  const begin = (index) => ({ index, id: `call_${index}`, type: 'function', function: { name: 'write', arguments: '' } });
  const goOn = (index, piece) => ({ index, function: { arguments: piece } });
  const indices = Array.from({ length: calls }, (_, index) => index);
  return [
    ...indices.map((index) => ({ tool_calls: [begin(index)] })),
    ...pieces.flatMap((piece) => indices.map((index) => ({ tool_calls: [goOn(index, piece)] }))),
  ];
};

/** Arguments whose text has about as many characters as asked for. */
export const argumentsOf = (characters) => JSON.stringify({ text: words(characters / 4).join('').slice(0, characters) });

const frame = (choices, rest) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-9X3aOY9DtjweQLHsmnLgzQYg36KpW',
    object: 'chat.completion.chunk',
    created: 1767213718,
    model: 'gpt-4o-mini-2024-07-18',
    system_fingerprint: 'fp_8bbc38b4db',
    choices: choices.map((choice) => ({ index: 0, logprobs: null, finish_reason: null, ...choice })),
    ...rest,
  })}\n\n`;

const USAGE = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

/** The frames of a whole answer, as OpenAI sends them. */
export const framesOf = (deltas) => [
  frame([{ delta: { role: 'assistant', content: '' } }]),
  ...deltas.map((delta) => frame([{ delta }])),
  frame([{ delta: {}, finish_reason: deltas.at(-1).tool_calls ? 'tool_calls' : 'stop' }]),
  frame([], { usage: USAGE }),
  'data: [DONE]\n\n',
];
