import { schemaLike } from './schemaLike.mjs';
import { digest, endings, NOTHING } from './stream.mjs';

// Streams in the shapes that endpoints have been seen to send, written for this comparison, with what is right of each.

const chunkOf = (choice, more) => ({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'test-model', choices: choice ? [{ index: 0, finish_reason: null, ...choice }] : [], ...more });
const say = (delta, more) => chunkOf({ delta: { role: 'assistant', ...delta } }, more);
const text = (content, more) => say({ content }, more);
const call = (...pieces) => say({ tool_calls: pieces });
const piece = (index, id, name, args) => ({ ...(index !== undefined && { index }), ...(id !== undefined && { id, type: 'function' }), function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) } });
const finish = (reason, more) => chunkOf({ delta: {}, finish_reason: reason }, more);
const report = (input, output) => ({ prompt_tokens: input, completion_tokens: output, total_tokens: input + output });
const usage = chunkOf(undefined, { usage: report(10, 5) });

const dataOf = (chunks) => chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('');
const whole = (...chunks) => `${dataOf(chunks)}data: [DONE]\n\n`;

const fixture = (name, body, { says = '', thinks, calls = [], ends = calls.length > 0 ? 'tool_calls' : 'stop', uses = [10, 5], broken = false, ...more }) => ({
  name: `written/${name}`,
  body: Buffer.from(body),
  choices: 1,
  tools: [...new Set(calls.map((each) => each.name))].map((tool) => ({ name: tool, description: '', parameters: { type: 'object' } })),
  expected: {
    broken,
    text: digest(says),
    reasoning: thinks === undefined ? NOTHING : digest(thinks),
    calls,
    endings: endings([ends], calls),
    usage: uses,
  },
  ...more,
});

const oslo = { id: 'call_1', name: 'weather', args: '{"city":"Oslo"}' };
const rome = { id: 'call_2', name: 'weather', args: '{"city":"Rome"}' };
const whole1 = (index) => piece(index, oslo.id, oslo.name, oslo.args);
const whole2 = (index) => piece(index, rome.id, rome.name, rome.args);

const texts = [
  fixture('text', whole(text('Hel'), text('lo'), finish('stop'), usage), { says: 'Hello' }),
  fixture('half-characters', `data: ${'{"choices":[{"index":0,"delta":{"role":"assistant","content":"a\\ud83d"}}]}'}\n\ndata: ${'{"choices":[{"index":0,"delta":{"content":"\\ude42b"}}]}'}\n\n${whole(finish('stop'), usage)}`, { says: 'a🙂b' }),
  fixture('line-separators', whole(text('one\u2028two\u0085'), text('\ufeffthree'), finish('stop'), usage), { says: 'one\u2028two\u0085\ufeffthree' }),
  fixture('crlf-and-comments', `\ufeff: hello\r\n\r\n${whole(text('Hel'), text('lo'), finish('stop'), usage).replaceAll('\n', '\r\n: keep-alive\r\n')}`, { says: 'Hello' }),
  fixture('no-space-no-done', dataOf([text('Hel'), text('lo'), finish('stop', { usage: report(10, 5) })]).replaceAll('data: ', 'data:'), { says: 'Hello' }),
  fixture('named-events', whole(text('Hel'), text('lo'), finish('stop'), usage).replaceAll('data: {', 'event: message\nid: 7\ndata: {'), { says: 'Hello' }),
  fixture('role-never-said', whole(chunkOf({ delta: { content: 'Hel' } }), chunkOf({ delta: { content: 'lo' } }), finish('stop'), usage), { says: 'Hello' }),
  fixture('error-null', whole(text('Hel', { error: null }), text('lo', { error: null }), finish('stop', { error: null }), usage), { says: 'Hello' }),
  fixture('no-index', whole(text('Hel'), text('lo'), finish('stop'), usage).replaceAll('"index":0,', ''), { says: 'Hello' }),
  fixture('after-the-end', whole(text('Hel'), finish('stop'), text('lo'), finish('stop'), usage), { says: 'Hello' }),
  fixture('parts', whole(say({ content: [{ type: 'text', text: 'Hel' }] }), say({ content: [{ type: 'text', text: 'lo' }] }), finish('stop'), usage), { says: 'Hello' }),
  fixture('length', whole(text('Hel'), text('lo'), finish('length'), usage), { says: 'Hello', ends: 'length' }),
  fixture('eos', whole(text('Hel'), text('lo'), finish('eos'), usage), { says: 'Hello', ends: 'eos' }),
];

const thoughts = [
  fixture('reasoning', whole(say({ reasoning: 'Be ' }), say({ reasoning: 'brief.' }), text('Yes'), finish('stop'), usage), { says: 'Yes', thinks: 'Be brief.' }),
  fixture('reasoning-content', whole(say({ content: null, reasoning_content: 'Be ' }), say({ content: null, reasoning_content: 'brief.' }), text('Yes'), finish('stop'), usage), { says: 'Yes', thinks: 'Be brief.' }),
  fixture('reasoning-twice', whole(say({ reasoning: 'Be ', reasoning_content: 'Be ' }), say({ reasoning: 'brief.', reasoning_content: 'brief.' }), text('Yes'), finish('stop'), usage), { says: 'Yes', thinks: 'Be brief.' }),
  fixture('reasoning-details', whole(...['Be ', 'brief.'].map((words) => say({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: words }] })), text('Yes'), finish('stop'), usage), { says: 'Yes', thinks: 'Be brief.' }),
  fixture('thinking-parts', whole(...['Be ', 'brief.'].map((words) => say({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: words }] }] })), text('Yes'), finish('stop'), usage), { says: 'Yes', thinks: 'Be brief.' }),
];

const pieces = (index, { id, name, args }) => [call(piece(index, id, name, '')), ...[...args].map((letter) => call(piece(index, undefined, undefined, letter)))];

const calls = [
  fixture('call-in-pieces', whole(...pieces(0, oslo), finish('tool_calls'), usage), { calls: [oslo] }),
  fixture('calls-one-by-one', whole(...pieces(0, oslo), ...pieces(1, rome), finish('tool_calls'), usage), { calls: [oslo, rome] }),
  fixture('calls-interleaved', whole(...pieces(0, oslo).flatMap((each, at) => [each, pieces(1, rome)[at]]), finish('tool_calls'), usage), { calls: [oslo, rome] }),
  fixture('calls-in-one-piece', whole(call(whole1(0), whole2(1)), finish('tool_calls'), usage), { calls: [oslo, rome] }),
  fixture('calls-without-index', whole(call(whole1(), whole2()), finish('tool_calls'), usage), { calls: [oslo, rome] }),
  fixture('calls-under-one-index', whole(call(whole1(0)), call(whole2(0)), finish('tool_calls'), usage), { calls: [oslo, rome] }),
  fixture('empty-id-and-name-later', whole(call(piece(0, 'call_1', 'weather', '{"city":')), call(piece(0, '', '', '"Oslo"}')), finish('tool_calls'), usage), { calls: [oslo] }),
  fixture('null-id-and-name-later', whole(call(piece(0, 'call_1', 'weather', '{"city":')), call({ index: 0, id: null, type: null, function: { name: null, arguments: '"Oslo"}' } }), finish('tool_calls'), usage), { calls: [oslo] }),
  fixture('whole-id-and-name-later', whole(call(piece(0, 'call_1', 'weather', '{"city":')), call(piece(0, 'call_1', 'weather', '"Oslo"}')), finish('tool_calls'), usage), { calls: [oslo] }),
  fixture('call-without-arguments', whole(call(piece(0, 'call_1', 'now', '')), finish('tool_calls'), usage), { calls: [{ id: 'call_1', name: 'now', args: '' }] }),
  fixture('call-that-says-stop', whole(call(whole1(0)), finish('stop'), usage), { calls: [oslo], ends: 'stop' }),
  fixture('call-from-one', whole(call(whole1(1)), finish('tool_calls'), usage), { calls: [oslo] }),
];

const usages = [
  fixture('usage-at-the-finish', whole(text('Hello'), finish('stop', { usage: report(10, 5) })), { says: 'Hello' }),
  fixture('usage-everywhere', whole(text('Hel', { usage: report(10, 1) }), text('lo', { usage: report(10, 2) }), finish('stop', { usage: report(10, 5) })), { says: 'Hello' }),
  fixture('usage-null-before', whole(text('Hel', { usage: null }), text('lo', { usage: null }), finish('stop', { usage: null }), usage), { says: 'Hello' }),
  fixture('usage-in-x-groq', whole(text('Hello'), finish('stop', { x_groq: { id: 'req_1', usage: report(10, 5) } })), { says: 'Hello' }),
  fixture('usage-in-the-choice', whole(text('Hello'), chunkOf({ delta: {}, finish_reason: 'stop', usage: report(10, 5) })), { says: 'Hello' }),
  fixture('usage-beside-a-choice', whole(text('Hello'), finish('stop'), text('', { usage: report(10, 5) })), { says: 'Hello' }),
  fixture('no-usage', whole(text('Hello'), finish('stop')), { says: 'Hello', uses: [] }),
];

const broken = [
  fixture('cut-off', dataOf([text('Hel'), text('lo')]), { broken: true }),
  fixture('error-object', dataOf([text('Hel'), { error: { message: 'overloaded', code: 503 } }]), { broken: true }),
  fixture('error-text', dataOf([text('Hel'), { error: 'overloaded' }]), { broken: true }),
  fixture('error-event', `${dataOf([text('Hel')])}event: error\ndata: {"message":"overloaded"}\n\n`, { broken: true }),
  fixture('error-then-end', whole(text('Hel'), { error: { message: 'overloaded' } }, finish('stop')), { broken: true }),
  fixture('error-in-the-choice', whole(text('Hel'), chunkOf({ delta: {}, finish_reason: 'error', error: { message: 'overloaded' } })), { broken: true }),
  fixture('damaged-frame', `${dataOf([text('Hel')])}data: {"choices":[{"index":0,"delta":{"content":"lo\n\n${whole(finish('stop'))}`, { broken: true }),
];

const cut = (words, length) => words.match(new RegExp(`[^]{1,${length}}`, 'g'));
const answering = (name, value, length, words = JSON.stringify(value)) =>
  fixture(name, whole(...cut(words, length).map((part) => text(part)), finish('stop'), usage), { says: words, value, schema: schemaLike(value) });

const trip = {
  title: 'Über die Alpen',
  stops: [
    { city: 'Bern', nights: 2, price: 184.5 },
    { city: 'Chur', nights: 12, price: 1250 },
  ],
  booked: true,
  note: 'See the "old town"\nand \\ more — 中文',
};
const numbers = { year: 2026, share: -0.125, tiny: 6.02e-23, counts: [10, 200, 3000] };
const nested = { a: { b: { c: [[1, 2], [3]] } }, empty: {}, none: [], off: false };

const objects = [
  ...[1, 3, 7, 40].map((length) => answering(`answer-by-${length}`, trip, length)),
  ...[1, 4].map((length) => answering(`numbers-by-${length}`, numbers, length)),
  answering('nested-by-3', nested, 3),
  answering('indented', trip, 5, JSON.stringify(trip, null, 2)),
  answering('in-a-fence', trip, 6, `\`\`\`json\n${JSON.stringify(trip, null, 2)}\n\`\`\``),
];

export const fixtures = [...texts, ...thoughts, ...calls, ...usages, ...broken, ...objects];
