import type { CompletionError } from './CompletionError.ts';
import { configError } from './configError.ts';
import { nearestName } from './nearestName.ts';
import { redact } from './redact.ts';

/** What a schema says of one field it refuses; zod's issues have this shape. */
export interface SchemaIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/**
 * Turns refused fields into one `config` error that names each field and what was expected there. The values are never
 * repeated: one of them may be a key. `place` spells a path, `names` are the fields that exist.
 */
export const schemaError = (
  issues: readonly SchemaIssue[],
  place: (path: string) => string,
  names: readonly string[],
): CompletionError => configError(issues.flatMap((issue) => sentences(issue, place, names)).join('; '));

const sentences = (
  { path, message, keys }: SchemaIssue,
  place: (path: string) => string,
  names: readonly string[],
): string[] => {
  if (keys === undefined)
    return [`${place(spell(path))}${message.startsWith('must ') ? '' : ':'} ${expectation(message)}`];
  return keys.map((key) => {
    const near = nearestName(key, names);
    const hint = near === undefined ? '' : `; did you mean \`${near}\`?`;
    return `${place(spell([...path, redact(key)]))} is not known${hint}`;
  });
};

/** Zod's sentences are "Invalid input: expected number, received string"; what was received helps nobody. */
const expectation = (message: string): string =>
  message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/, received .*$/s, '')
    .replace(/^Too (?:small|big): /, '');

const spell = (path: readonly PropertyKey[]): string =>
  path
    .map((step, depth) => (typeof step === 'number' ? `[${step}]` : `${depth === 0 ? '' : '.'}${String(step)}`))
    .join('');
