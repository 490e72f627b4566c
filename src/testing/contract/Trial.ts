import type { Observable } from 'rxjs';

/** What the operator contract asks of an operator's source: events, told apart by `type`. */
export interface TypedEvent {
  readonly type: string;
}

/** An operator as the contract sees it. */
export type OperatorUnderTest<In> = (source: Observable<In>) => Observable<unknown>;

/** What a law is tried with. */
export interface Trial<In extends TypedEvent = TypedEvent> {
  build(): OperatorUnderTest<In>;
  /** A whole answer; its first event is a `start`. */
  readonly source: readonly In[];
  comparable(outputs: readonly unknown[]): unknown;
  /** How long an operator that emits later may take, in milliseconds of real time. */
  readonly settleMs: number;
}

/** Throws when the operator of a trial breaks the law. */
export type Law = (trial: Trial) => void | Promise<void>;
