/** A copy of an object without some of its fields; the object itself where it has none of them. */
export const without = <Value extends object, Field extends keyof Value & string>(value: Value, ...fields: readonly Field[]): Omit<Value, Field> =>
  fields.some((field) => field in value)
    ? // The compiler does not follow a field by its name through a list of entries.
      (Object.fromEntries(Object.entries(value).filter(([name]) => !(fields as readonly string[]).includes(name))) as Omit<Value, Field>)
    : value;
