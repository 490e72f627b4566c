import type { FinishReason, StreamEvent } from 'rx-completions';

/** Short makers of events, so that a test reads as the stream it is about. */
const endpoint = { provider: 'test', model: 'm', host: 'localhost' } as const;

export const start = (attempt = 1): StreamEvent => ({ type: 'start', attempt, endpoint, status: 200 });
export const text = (delta: string, choice = 0): StreamEvent => ({ type: 'text_delta', choice, delta });
export const reasoning = (delta: string, choice = 0): StreamEvent => ({ type: 'reasoning_delta', choice, delta });
export const toolDelta = (
  fragment: { index?: number; id?: string; name?: string },
  delta = '',
  choice = 0,
): StreamEvent => ({ type: 'tool_call_delta', choice, ...fragment, delta });
export const usageReport = (report: Record<string, unknown>): StreamEvent => ({ type: 'usage_report', report });
export const finish = (reason: FinishReason = 'stop', choice = 0): StreamEvent => ({
  type: 'finish',
  choice,
  reason,
  rawReason: reason,
});
export const done = (reason: FinishReason = 'stop', attempts = 1): StreamEvent => ({ type: 'done', reason, attempts });
