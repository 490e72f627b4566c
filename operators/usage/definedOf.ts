/** Leaves out the fields that are undefined, so that what is unknown is absent for `in`, `Object.keys` and JSON too. */
export const definedOf = <T extends object>(fields: { readonly [K in keyof T]-?: T[K] | undefined }): T =>
  // Every field of T is given, and those left out are the ones that T allows to be absent or the caller gave as undefined.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
