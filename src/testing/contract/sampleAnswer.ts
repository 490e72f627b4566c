import type { StreamEvent } from '../../events/StreamEvent.ts';

const text = (delta: string, choice = 0): StreamEvent => ({ type: 'text_delta', choice, delta });

const reasoning = (delta: string): StreamEvent => ({ type: 'reasoning_delta', choice: 0, delta });

const call = (index: number, delta: string, opening: { id?: string; name?: string } = {}): StreamEvent => ({
  type: 'tool_call_delta',
  choice: 0,
  index,
  ...opening,
  delta,
});

const usage = (output: number): StreamEvent => ({
  type: 'usage_report',
  report: { prompt_tokens: 7, completion_tokens: output, total_tokens: 7 + output },
});

/** A whole answer with something for every operator to hold: cut tags, open tool calls, usage so far, a second choice. */
export const sampleAnswer: readonly StreamEvent[] = [
  { type: 'start', attempt: 1, endpoint: { provider: 'test', model: 'm', host: 'localhost' }, status: 200 },
  { type: 'response', id: 'r1', model: 'm', created: 1_700_000_000 },
  reasoning('let me '),
  reasoning('see'),
  text('<thi'),
  text('nk>hm'),
  text('m</th'),
  text('ink>Yes, 1 <'),
  text('2 <b>🙂</b>', 0),
  text('<thin', 1),
  text('g', 1),
  usage(3),
  call(0, '', { id: 'call_a', name: 'weather' }),
  call(0, '{"city":'),
  call(1, '{"zone"', { id: 'call_b', name: 'now' }),
  call(0, '"Bern"}'),
  call(1, ':"CET"}'),
  text(' and </'),
  { type: 'finish', choice: 0, reason: 'tool_calls', rawReason: 'tool_calls' },
  { type: 'finish', choice: 1, reason: 'length', rawReason: 'length' },
  usage(9),
  { type: 'done', reason: 'tool_calls', attempts: 1 },
];
