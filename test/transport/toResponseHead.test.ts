import { describe, expect, it } from 'vitest';
import { requestIdOf } from '../../src/transport/requestIdOf.ts';
import { toResponseHead } from '../../src/transport/toResponseHead.ts';

describe('toResponseHead', () => {
  it('takes names in any case and values as text, bytes or lists of both', () => {
    const list = ['a', Buffer.from('b')];
    const headers = { 'X-Text': 'a', 'x-bytes': Buffer.from([0xfc]), 'x-list': list, 'x-odd': 7, 'x-none': undefined };
    expect(toResponseHead(200, headers)).toEqual({
      status: 200,
      headers: { 'x-text': 'a', 'x-bytes': 'ü', 'x-list': 'a, b' },
    });
  });
});

describe('requestIdOf', () => {
  it.each([
    [{ 'cf-ray': 'ray', 'x-generation-id': 'gen', 'request-id': 'req', 'x-request-id': 'x' }, 'x'],
    [{ 'cf-ray': 'ray', 'x-generation-id': 'gen', 'request-id': 'req' }, 'req'],
    [{ 'cf-ray': 'ray', 'x-generation-id': 'gen', 'x-request-id': '' }, 'gen'],
    [{ 'cf-ray': 'ray' }, 'ray'],
    [{ 'x-request-id': 'a\u001b[31mb' }, undefined],
    [{}, undefined],
  ])('prefers the id of the endpoint to that of what stands before it: %o', (headers, id) => {
    expect(requestIdOf({ status: 200, headers })).toBe(id);
  });
});
