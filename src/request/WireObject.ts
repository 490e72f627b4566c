/** A piece of the request body in the wire's own words; fields that are `undefined` are not sent. */
export type WireObject = Readonly<Record<string, unknown>>;
