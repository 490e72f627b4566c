/** What a span is told; strings, numbers and lists of strings are all that is used. */
export type SpanAttributes = Record<string, string | number | string[]>;

/** What is used of a span of `@opentelemetry/api`. */
export interface SpanLike {
  setAttributes(attributes: SpanAttributes): unknown;
  addEvent(name: string, attributes?: SpanAttributes): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  updateName(name: string): unknown;
  end(): void;
}

/** What is used of a tracer of `@opentelemetry/api`, so that nothing here depends on it. */
export interface TracerLike {
  // A method, so that a tracer which wants the context type of its own fits.
  startSpan(name: string, options: { kind: number; attributes: SpanAttributes }, context?: never): SpanLike;
}
