import { exceedsDepth } from '../../src/exceedsDepth.ts';
import { MAX_DEPTH } from '../json/MAX_DEPTH.ts';
import { describeIssues } from '../schema/describeIssues.ts';
import { isStandardSchema, type StandardSchema } from '../schema/StandardSchema.ts';
import type { ToolInputError } from './ToolCallEvent.ts';

/** What became of a call's arguments. */
export type ToolInput = { readonly input: unknown } | { readonly inputError: ToolInputError };

/** Reads the arguments of a whole call, and checks them where `parameters` can check. Messages name fields, and repeat no values. */
export const readToolInput = (args: string, parameters: unknown): ToolInput => {
  if (exceedsDepth(args, MAX_DEPTH)) return reject(`the arguments are nested deeper than ${MAX_DEPTH} levels`);
  let input: unknown;
  try {
    input = JSON.parse(args);
  } catch {
    return reject('the arguments are not valid JSON');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return reject('the arguments are not a JSON object');
  return isStandardSchema(parameters) ? check(input, parameters) : { input };
};

/** Says that a call's input cannot be used. */
export const reject = (message: string): ToolInput => ({ inputError: { message } });

const check = (input: unknown, schema: StandardSchema): ToolInput => {
  try {
    const result = schema['~standard'].validate(input);
    if ('then' in result) {
      // Nobody else will hear of its failure, which would end the process as an unhandled rejection.
      result.then(undefined, () => undefined);
      return reject("the tool's schema cannot be checked synchronously");
    }
    if (result.issues === undefined) return { input: result.value };
    const issues = describeIssues(result.issues, { vendor: schema['~standard'].vendor, whole: 'the arguments' });
    return reject(`the arguments do not fit the tool's schema: ${issues.join('; ')}`);
  } catch {
    return reject("the tool's schema failed while it was checked");
  }
};
