/** Where events come from that can be made to wait: a call, whose socket is not read meanwhile. */
export interface PacedSource {
  /**
   * Makes it wait until the returned function is called; of several holds, until each is released. What is being delivered
   * goes on: one read of the socket may hold many events.
   */
  hold(): () => void;
}

let atWork: PacedSource | undefined;

/** Delivers events of `source`, so that whatever they reach can make it wait. */
export const emitFrom = <Arguments extends readonly unknown[]>(
  source: PacedSource | undefined,
  deliver: (...given: Arguments) => void,
  ...given: Arguments
): void => {
  const outer = atWork;
  atWork = source;
  try {
    deliver(...given);
  } finally {
    atWork = outer;
  }
};

/**
 * The source whose events are being delivered right now. An Observable has no way back to its source, but it delivers
 * synchronously: while an event is handed on, its source is at work, whatever operators are between. Undefined for what
 * comes from a timer or a promise.
 */
export const sourceAtWork = (): PacedSource | undefined => atWork;
