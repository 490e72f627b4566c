import { CompletionError, type StreamEvent } from 'rx-completions';
import { describe, expect, it } from 'vitest';
import { readCompletion } from '../../src/readCompletion.ts';
import { readAddress } from '../../src/request/addressOf.ts';
import { COMMON_MANNERS } from '../../src/request/hostManners.ts';
import { DEFAULT_LIMITS } from '../../src/request/Limits.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/request/Timeouts.ts';
import type { ResponseReader } from '../../src/transport/ResponseReader.ts';
import { done, finish, text, usageReport } from '../support/events.ts';
import { frames } from '../support/readResponse.ts';
import { ends, says } from '../wire/chunks.ts';

interface Opened {
  readonly reader: ResponseReader;
  readonly events: StreamEvent[];
  readonly calls: string[];
}

const open = (choices = 1, status = 200, timeouts: Partial<Timeouts> = {}): Opened => {
  const events: StreamEvent[] = [];
  const calls: string[] = [];
  const request = {
    address: readAddress(new URL('http://localhost/v1/chat/completions'), 'http://localhost/v1'),
    headers: {},
    body: '',
    manners: COMMON_MANNERS,
    endpoint: { provider: 'test', model: 'm', host: 'localhost' },
    secrets: [],
    warnings: [{ code: 'dropped', message: 'n is not sent' }],
    timeouts: { ...DEFAULT_TIMEOUTS, afterFinishMs: 7, ...timeouts },
    limits: DEFAULT_LIMITS,
    answer: { choices, onBadFrame: 'error', includeHeartbeats: true, includeRaw: true },
  } as const;
  const head = { status, headers: { 'x-request-id': 'r1' } };
  const sink = {
    emit: (event: StreamEvent) => void events.push(event),
    isClosed: () => false,
    progress: () => void calls.push('progress'),
    end: () => void calls.push('end'),
  };
  const reader = readCompletion(head, sink, request);
  return { reader, events, calls };
};

const broken = new CompletionError('connection_lost');
const withoutNotices = (events: readonly StreamEvent[]): StreamEvent[] =>
  events.filter(({ type }) => !['start', 'response', 'warning', 'raw', 'heartbeat'].includes(type));

describe('the reader of an answer', () => {
  it('begins with start, which names the request, and with the warnings of the request', () => {
    expect(open().events).toEqual([
      { type: 'start', attempt: 1, endpoint: { provider: 'test', model: 'm', host: 'localhost' }, status: 200, requestId: 'r1' },
      { type: 'warning', code: 'dropped', message: 'n is not sent' },
    ]);
  });

  it('T-SSE-13, fault 44: tells of progress at content only, not at heartbeats, raw chunks, roles or usage', () => {
    const { reader, calls } = open();
    reader.push(Buffer.from(': PROCESSING\n\n'));
    reader.push(frames(says({ role: 'assistant' }), { choices: [], usage: { n: 1 } }, ends()));
    expect(calls).toEqual([]);
    reader.push(frames(says({ content: 'a' }), says({ reasoning: 'hm' })));
    expect(calls).toEqual(['progress', 'progress']);
  });

  it('T-EOS-04, fault 56: ends the call at [DONE], whether the body has ended or not', () => {
    const { reader, calls, events } = open();
    reader.push(frames(says({ content: 'a' }), ends(), '[DONE]', says({ content: 'b' })));
    expect(calls).toEqual(['progress', 'end']);
    reader.flush();
    expect(withoutNotices(events)).toEqual([text('a'), finish(), done()]);
  });

  it('T-EOS-05: allows a shorter silence once every choice has ended, and the usual one before', () => {
    const { reader } = open(2);
    const after = (...chunks: object[]): number | undefined => {
      reader.push(frames(...chunks));
      return reader.idleMs?.();
    };
    expect(after(says({ content: 'a' }))).toBeUndefined();
    expect(after(ends())).toBeUndefined();
    expect(after(says({ content: 'b' }, {}, 1))).toBeUndefined();
    expect(after(ends('length', 1))).toBe(7);
  });

  it('a break behind the last finish reason leaves the answer whole, with a warning and its usage', () => {
    const { reader, events, calls } = open();
    reader.push(frames(says({ content: 'a' }), ends(), { choices: [], usage: { n: 1 } }));
    expect(reader.interrupt(broken)).toBeUndefined();
    expect(withoutNotices(events)).toEqual([text('a'), finish(), usageReport({ n: 1 }), done()]);
    expect(events).toContainEqual({ type: 'warning', code: 'no_end', message: 'every choice had finished when the stream broke off (connection_lost)' });
    expect(calls.at(-1)).toBe('end');
  });

  it('fault 47, fault 51: a break before it is the error of the break, and nothing is passed off as whole', () => {
    for (const chunks of [[], [says({ content: 'a' })], [says({ content: 'a' }, { finish_reason: '' })], [says({ content: 'a' }), ends('null')]]) {
      const { reader, events, calls } = open();
      reader.push(frames(...chunks));
      expect(reader.interrupt(broken)).toBe(broken);
      expect(events.map(({ type }) => type)).not.toContain('done');
      expect(calls).not.toContain('end');
    }
  });

  it('a break while one of the choices asked for has not begun is the error of the break', () => {
    const { reader } = open(2);
    reader.push(frames(says({ content: 'a' }), ends()));
    expect(reader.interrupt(broken)).toBe(broken);
  });
});

describe('the reader of an error', () => {
  it('fault 30: a body that breaks off or stalls leaves the error its status and what came', () => {
    const { reader, events } = open(1, 503);
    reader.push(Buffer.from('overloaded'));
    expect(reader.interrupt(broken)).toMatchObject({ code: 'http_status', status: 503, providerError: { message: 'overloaded' } });
    expect(reader.idleMs?.()).toBeLessThanOrEqual(5000);
    expect(events).toEqual([]);
  });

  it('fault 30: a caller who allows less silence than that is obeyed', () => {
    expect(open(1, 503, { idleMs: 1000 }).reader.idleMs?.()).toBe(1000);
  });
});
