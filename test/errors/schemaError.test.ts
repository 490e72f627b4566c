import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/errors/nearestName.ts';
import { schemaError } from '../../src/errors/schemaError.ts';

const place = (path: string): string => `\`options.${path}\``;

describe('schemaError', () => {
  it('names each field by its path and says what was expected', () => {
    const { code, message } = schemaError(
      [
        {
          code: 'invalid_type',
          path: ['timeouts', 'idleMs'],
          message: 'Invalid input: expected number, received string',
        },
        { code: 'custom', path: ['stop', 1], message: 'must be a string' },
      ],
      place,
      [],
    );
    expect(code).toBe('config');
    expect(message).toBe('`options.timeouts.idleMs`: expected number; `options.stop[1]` must be a string');
  });

  it('guesses the name a typo stands for', () => {
    const unknown = (key: string): string =>
      schemaError([{ code: 'unrecognized_keys', path: [], message: '', keys: [key] }], place, ['temperature']).message;
    expect(unknown('temprature')).toBe('`options.temprature` is not known; did you mean `temperature`?');
    expect(unknown('colour')).toBe('`options.colour` is not known');
  });
});

describe('nearestName', () => {
  it('reads the spelling of the wire as the spelling of the option', () => {
    expect(nearestName('max_tokens', ['maxTokens', 'topP'])).toBe('maxTokens');
    expect(nearestName('top_p', ['maxTokens', 'topP'])).toBe('topP');
  });

  it('takes the nearer of two', () => expect(nearestName('topL', ['topK', 'stop', 'top'])).toBe('topK'));

  it('makes no guess for a short name that differs', () => expect(nearestName('x', ['n', 'user'])).toBeUndefined());
});
