/** A place in a text. */
export interface Place {
  readonly index: number;
  readonly length: number;
}

/** Finds the first match at `from` or behind it; what stands before is there to be looked back at. */
export type Find = (text: string, from: number) => Place | undefined;
