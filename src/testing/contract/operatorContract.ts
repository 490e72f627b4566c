import type { Observable } from 'rxjs';
import type { StreamEvent } from '../../events/StreamEvent.ts';
import { completes } from './completes.ts';
import { holdsBackOnError } from './holdsBackOnError.ts';
import { isCold } from './isCold.ts';
import { isFresh } from './isFresh.ts';
import { passesErrors } from './passesErrors.ts';
import { resetsOnStart } from './resetsOnStart.ts';
import { sampleAnswer } from './sampleAnswer.ts';
import { servesTwoSources } from './servesTwoSources.ts';
import { stopsInsideNext } from './stopsInsideNext.ts';
import { stopsSynchronousSource } from './stopsSynchronousSource.ts';
import type { Law, OperatorUnderTest, Trial, TypedEvent } from './Trial.ts';
import { unsubscribes } from './unsubscribes.ts';

/** The name of a law of the operator contract. */
export type OperatorLawName =
  | 'is cold'
  | 'is fresh after a subscription abandoned midway'
  | 'serves two sources at once'
  | 'completes when its source completes'
  | 'passes errors on'
  | 'releases nothing it holds when its source fails'
  | 'unsubscribes its source'
  | 'stops a synchronous source'
  | 'stops emitting when unsubscribed inside next'
  | 'resets on start';

const LAWS: Readonly<Record<OperatorLawName, Law>> = {
  'is cold': isCold,
  'is fresh after a subscription abandoned midway': isFresh,
  'serves two sources at once': servesTwoSources,
  'completes when its source completes': completes,
  'passes errors on': passesErrors,
  'releases nothing it holds when its source fails': holdsBackOnError,
  'unsubscribes its source': unsubscribes,
  'stops a synchronous source': stopsSynchronousSource,
  'stops emitting when unsubscribed inside next': stopsInsideNext,
  'resets on start': resetsOnStart,
};

/** One law, tried when it is run: `run` throws or rejects when the operator breaks it, and says how. */
export interface OperatorLaw {
  readonly name: OperatorLawName;
  readonly run: () => Promise<void>;
}

/** What the laws are tried with. */
export interface OperatorContractConfig<In extends TypedEvent> {
  /** A whole answer that begins with a `start`. @defaultValue an answer with think tags, tool calls, usage, two choices */
  readonly source?: readonly In[];
  /** What of the outputs must be the same between runs, for outputs that hold clocks or ids. @defaultValue all of them */
  readonly comparable?: (outputs: readonly unknown[]) => unknown;
  /** Laws the operator breaks on purpose. @defaultValue none */
  readonly except?: readonly OperatorLawName[];
  /** How long an operator that emits later may take for one answer, in milliseconds of real time. @defaultValue `1000` */
  readonly settleMs?: number;
}

/**
 * The laws every operator on events obeys, each to be run as a test of its own in any runner.
 *
 * @example
 * import { stripThink } from 'rx-completions/operators';
 * import { operatorContract } from 'rx-completions/testing';
 *
 * for (const law of operatorContract(() => stripThink())) await law.run(); // in a runner: it(law.name, law.run)
 */
export const operatorContract = <In extends TypedEvent = StreamEvent>(
  build: () => (source: Observable<NoInfer<In>>) => Observable<unknown>,
  { source, comparable = (outputs) => outputs, except = [], settleMs = 1000 }: OperatorContractConfig<In> = {},
): readonly OperatorLaw[] => {
  const trial: Trial = {
    // A law only ever tells an operator events of this very source.
    build: build as () => OperatorUnderTest<TypedEvent>,
    source: source ?? sampleAnswer,
    comparable,
    settleMs,
  };
  return names()
    .filter((name) => !except.includes(name))
    .map((name) => ({ name, run: () => tryLaw(name, trial) }));
};

const names = (): readonly OperatorLawName[] => Object.keys(LAWS) as OperatorLawName[];

const tryLaw = async (name: OperatorLawName, trial: Trial): Promise<void> => {
  try {
    await LAWS[name](trial);
  } catch (error) {
    if (error instanceof Error) error.message = `an operator ${name}: ${error.message}`;
    throw error;
  }
};
