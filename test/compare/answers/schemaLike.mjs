/** The JSON Schema that a value was made to, as far as the value shows it. */
export const schemaLike = (value) => {
  if (value === null) return { type: 'null' };
  if (Array.isArray(value)) return { type: 'array', items: value.length === 0 ? { type: 'string' } : schemaLike(value[0]) };
  if (typeof value !== 'object') return { type: typeof value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, schemaLike(each)]));
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
};
