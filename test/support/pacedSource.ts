import { Subject, type Observable } from 'rxjs';
import { emitFrom, type PacedSource } from '../../src/emitFrom.ts';

/** A source that a test emits from, and that notes whether it is made to wait. */
export interface TestSource<T> {
  readonly values: Observable<T>;
  /** How many make it wait. */
  readonly holds: number;
  /** Emits as one read of a socket would. */
  emit(...values: readonly T[]): void;
  complete(): void;
  fail(error: Error): void;
}

export const pacedSource = <T>(): TestSource<T> => {
  const values = new Subject<T>();
  let holds = 0;
  const source: PacedSource = {
    hold: () => {
      holds += 1;
      return () => (holds -= 1);
    },
  };
  return {
    values,
    get holds() {
      return holds;
    },
    emit: (...emitted) => emitFrom(source, () => emitted.forEach((value) => values.next(value))),
    complete: () => values.complete(),
    fail: (error) => values.error(error),
  };
};
