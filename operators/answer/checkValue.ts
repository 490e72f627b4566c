import { redact } from '../../src/errors/redact.ts';
import type { JsonPath } from '../json/createJsonTree.ts';
import type { SchemaIssue, SchemaResult, StandardAnswerSchema } from './AnswerSchema.ts';
import { withoutNulls } from './withoutNulls.ts';

/** What a schema makes of a value, or what it has against it, in sentences that do not repeat the value. */
export type Checked =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly string[] }
  /** It cannot tell at once. */
  | 'later';

/** Checks a value that is over. `path` is where it stands in the answer. */
export const checkValue = (schema: StandardAnswerSchema, value: unknown, path: JsonPath): Checked => {
  const result = validate(schema, value);
  if (result === 'later') return result;
  if (result === undefined) return { issues: [`the schema of ${spell(path)} failed while it was checked`] };
  if (result.issues === undefined) return result;
  // A model says `null` of what it leaves out, and is told to where the schema is enforced.
  const rest = withoutNulls(schema, value);
  const again = rest === value ? undefined : validate(schema, rest);
  if (typeof again === 'object' && again.issues === undefined) return again;
  return { issues: result.issues.slice(0, MAX_ISSUES).map((issue) => sentence(issue, path, schema['~standard'].vendor)) };
};

/** What the schema says; `undefined` where it breaks down. */
const validate = (schema: StandardAnswerSchema, value: unknown): SchemaResult | 'later' | undefined => {
  try {
    const result = schema['~standard'].validate(value);
    if (!('then' in result)) return result;
    // Nobody else will hear of its failure, which would end the process as an unhandled rejection.
    result.then(undefined, () => undefined);
    return 'later';
  } catch {
    return undefined;
  }
};

const MAX_ISSUES = 8;

/** Others than zod repeat the value in what they say of it. */
const sentence = ({ message, path = [], keys }: SchemaIssue, at: JsonPath, vendor: string): string => {
  const place = spell([...at, ...path.map((step) => (typeof step === 'object' ? step.key : step))]);
  if (keys !== undefined) return `${place} has unknown fields: ${keys.map((key) => `\`${redact(key)}\``).join(', ')}`;
  const expected = vendor === 'zod' ? redact(message.replace(/^Invalid (?:input|option|string): /, '').replace(/, received .*$/s, '')) : '';
  return expected === '' ? `${place} does not fit` : `${place}: ${expected}`;
};

const spell = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the answer'
    : `\`${redact(path.map((step, depth) => (typeof step === 'number' ? `[${step}]` : `${depth === 0 ? '' : '.'}${String(step)}`)).join(''))}\``;
