/** A copy of an object without one of its fields. */
export const without = <Value extends object, Field extends keyof Value & string>(value: Value, field: Field): Omit<Value, Field> =>
  // The compiler does not follow a field by its name through a list of entries.
  Object.fromEntries(Object.entries(value).filter(([name]) => name !== field)) as Omit<Value, Field>;
