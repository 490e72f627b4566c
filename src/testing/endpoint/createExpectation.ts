/** What a script demanded of the client, and what came of it. */
export interface Expectation {
  /** The demand in words, with the request it belongs to. */
  readonly what: string;
  readonly state: 'pending' | 'met' | 'unmet';
  /** Why it is unmet. */
  readonly reason: string | undefined;
}

/** An expectation with the handle that settles it; the first settlement counts. */
export interface OpenExpectation extends Expectation {
  readonly settled: Promise<void>;
  settle(unmet?: string): void;
}

export const createExpectation = (what: string): OpenExpectation => {
  let tell: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (tell = resolve));
  let state: Expectation['state'] = 'pending';
  let reason: string | undefined;
  return {
    what,
    settled,
    get state() {
      return state;
    },
    get reason() {
      return reason;
    },
    settle: (unmet) => {
      if (state !== 'pending') return;
      state = unmet === undefined ? 'met' : 'unmet';
      reason = unmet;
      tell();
    },
  };
};
