/** One run of a streaming step: `push` takes an input, `flush` gives up what is held at a good end. */
export interface StageRun<In> {
  push(input: In): void;
  flush(): void;
}

/**
 * Builds one run of a streaming step. Plain and synchronous, so that stages compose by calling: what one emits is pushed
 * into the next. State lives in the run, never in the stage.
 */
export type Stage<In, Out> = (emit: (output: Out) => void) => StageRun<In>;

/** Joins two stages into one: everything `first` emits is pushed into `second`, and both are flushed in order. */
export const compose =
  <In, Between, Out>(first: Stage<In, Between>, second: Stage<Between, Out>): Stage<In, Out> =>
  (emit) => {
    const right = second(emit);
    return new Composed(first(into(right)), right);
  };

/** A function of its own: one within `compose` would keep both stages for as long as they run. */
const into =
  <Between>(run: StageRun<Between>) =>
  (between: Between): void =>
    run.push(between);

class Composed<In> implements StageRun<In> {
  readonly #left: StageRun<In>;
  readonly #right: StageRun<never>;

  constructor(left: StageRun<In>, right: StageRun<never>) {
    this.#left = left;
    this.#right = right;
  }

  push(input: In): void {
    this.#left.push(input);
  }

  flush(): void {
    this.#left.flush();
    this.#right.flush();
  }
}
