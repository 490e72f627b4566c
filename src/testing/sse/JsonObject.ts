/** A JSON object as it stands on the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;
