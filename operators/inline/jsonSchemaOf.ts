/** An object of a JSON text. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A tool's parameters as a JSON Schema: as it is given, or as a Standard JSON Schema (https://standardschema.dev) tells it,
 * which zod's are. `undefined` where neither is known.
 */
export const jsonSchemaOf = (parameters: unknown): JsonObject | undefined => {
  if ((typeof parameters !== 'object' && typeof parameters !== 'function') || parameters === null) return undefined;
  if (!('~standard' in parameters)) return parameters as JsonObject;
  const { jsonSchema } = parameters['~standard'] as { readonly jsonSchema?: StandardJsonSchema };
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // Not every schema can be told.
    return undefined;
  }
};

interface StandardJsonSchema {
  readonly input: (options: { readonly target: 'draft-2020-12' }) => JsonObject;
}
