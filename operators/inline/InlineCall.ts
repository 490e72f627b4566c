/** A call as its markup has it. */
export interface InlineCall {
  readonly name: string;
  readonly id?: string;
  /** The arguments' JSON text, or the text of each where the markup names them one by one. */
  readonly args: string | ReadonlyMap<string, string>;
}
