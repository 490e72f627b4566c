import { describe, expect, it } from 'vitest';
import { SocketTrace } from '../../src/transport/SocketTrace.ts';

describe('SocketTrace', () => {
  it('counts the requests of one socket, not those of the one before', () => {
    const trace = new SocketTrace();
    expect([trace.use(), trace.use()]).toEqual([0, 1]);
    trace.replace({});
    expect(trace.use()).toBe(0);
  });
});
