/** The head of a response: its status, and its headers with lower-case names, repeated ones joined by a comma. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}
