import { jsonSchemaOf, type JsonSchema } from '../schema/jsonSchemaOf.ts';
import type { ToolLike } from '../tools/ToolLike.ts';

/**
 * Writes arguments that markup names one by one as a JSON object. The markup does not tell `5` from `"5"`, so a value is a
 * text unless the tool's schema wants something else.
 */
export const writeArgs = (args: ReadonlyMap<string, string>, tool: ToolLike | undefined): string => {
  const properties = objectOr(jsonSchemaOf(tool?.parameters)?.['properties']);
  const members = [...args].map(([name, value]) => {
    const types = properties !== undefined && Object.hasOwn(properties, name) ? typesOf(properties[name]) : undefined;
    return `${JSON.stringify(name)}:${writeValue(value, types)}`;
  });
  return `{${members.join(',')}}`;
};

const writeValue = (value: string, types: ReadonlySet<unknown> | undefined): string => {
  const json = PYTHON.get(value.trim()) ?? value.trim();
  const wanted = types !== undefined && (json === 'null' ? types.has('null') : !types.has('string'));
  return wanted && isJson(json) ? json : JSON.stringify(value);
};

/** Models that write Python spell these so. */
const PYTHON: ReadonlyMap<string, string> = new Map([['True', 'true'], ['False', 'false'], ['None', 'null']]);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** What a property may be; nothing where its schema does not say it. */
const typesOf = (property: unknown): ReadonlySet<unknown> | undefined => {
  const schema = objectOr(property);
  const { type, anyOf, oneOf } = schema ?? {};
  const types = [type, ...listOf(anyOf ?? oneOf).map((each) => objectOr(each)?.['type'])].flat().filter((each) => each !== undefined);
  return types.length === 0 ? undefined : new Set(types);
};

const objectOr = (value: unknown): JsonSchema | undefined =>
  typeof value === 'object' && value !== null ? (value as JsonSchema) : undefined;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
