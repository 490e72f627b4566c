import type { JsonPath } from '../json/createJsonTree.ts';
import { describeIssues, spellPath } from '../schema/describeIssues.ts';
import type { SchemaResult, StandardSchema } from '../schema/StandardSchema.ts';
import { withoutNulls } from './withoutNulls.ts';

/** What a schema makes of a value, or what it has against it, in sentences that do not repeat the value. */
export type Checked =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly string[] }
  /** It cannot tell at once. */
  | 'later';

/** Checks a value that is over. `path` is where it stands in the answer. */
export const checkValue = (schema: StandardSchema, value: unknown, path: JsonPath): Checked => {
  const result = validate(schema, value);
  if (result === 'later') return result;
  if (result === undefined) return { issues: [`the schema of ${spellPath(path, WHOLE)} failed while it was checked`] };
  if (result.issues === undefined) return result;
  // A model says `null` of what it leaves out, and is told to where the schema is enforced.
  const rest = withoutNulls(schema, value);
  const again = rest === value ? undefined : validate(schema, rest);
  if (typeof again === 'object' && again.issues === undefined) return again;
  return { issues: describeIssues(result.issues, { vendor: schema['~standard'].vendor, whole: WHOLE, path }) };
};

/** What the schema says; `undefined` where it breaks down. */
const validate = (schema: StandardSchema, value: unknown): SchemaResult | 'later' | undefined => {
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

const WHOLE = 'the answer';
