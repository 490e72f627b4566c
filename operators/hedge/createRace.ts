import { CompletionError } from '../../src/errors/CompletionError.ts';
import { errorSummary } from '../../src/events/errorSummary.ts';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import { canAnotherHelp } from '../fallback/canAnotherHelp.ts';
import { clockOf } from '../recovery/clockOf.ts';
import { exhausted } from '../recovery/exhausted.ts';
import type { HedgeCallConfig } from './HedgeCallConfig.ts';
import type { Lane } from './Lane.ts';
import type { WasteEvent } from './WasteEvent.ts';

/** What one subscription's race has come to. */
export interface Race {
  winner(): Lane | undefined;
  /** How many attempts were made, those within members included. */
  attempts(): number;
  /** How many members are being asked. */
  running(): number;
  /** Whether a member is left to be asked. */
  hasNext(): boolean;
  /** How long to wait for content before the next member is asked, in milliseconds. */
  waitMs(): number;
  launch(): Lane;
  noteContent(lane: Lane): void;
  win(lane: Lane): void;
  /** What the attempts that lost have cost, as far as it is known. */
  wastes(): readonly WasteEvent[];
  /**
   * Takes note of a failure. Returns the notice that the next member is asked, or nothing where the race goes on without;
   * throws what the race fails with.
   */
  fail(error: unknown, lane: Lane): FallbackEvent | undefined;
}

export const createRace = (members: number, config: HedgeCallConfig): Race => {
  const { latencies, afterMs = 2000, afterPercentile = 95, minAfterMs = 100 } = config;
  const now = clockOf(config.scheduler);
  const lanes: Lane[] = [];
  let winner: Lane | undefined;

  const attempts = (): number => lanes.reduce((sum, { attempt: { made } }) => sum + made, 0);
  const running = (): number => lanes.filter(({ failure }) => failure === undefined).length;
  const errors = (): CompletionError[] => lanes.flatMap(({ failure }) => failure?.errors ?? failure ?? []);

  const helps = (failure: CompletionError, { index }: Lane): boolean => {
    const { shouldFallback } = config;
    const context = { attempt: attempts() + 1, errors: errors() };
    if (shouldFallback !== undefined) return shouldFallback(failure, context);
    // The first endpoint's mistake is to be seen; others are asked where it is too late to mend one.
    return (failure.code === 'config' && index > 0) || canAnotherHelp(failure, context);
  };

  const learn = ({ index, since }: Lane): void => {
    if (index === 0) latencies?.record(now() - since);
  };

  return {
    winner: () => winner,
    attempts,
    running,
    hasNext: () => lanes.length < members,
    waitMs: () => {
      const learned = latencies?.percentile(afterPercentile);
      return learned === undefined ? afterMs : Math.max(learned, minAfterMs);
    },
    launch: () => {
      const attempt = { before: attempts(), made: 1, endpoint: undefined, committed: false, delivered: false };
      const lane = { index: lanes.length, attempt, since: now(), hasContent: false, report: undefined, failure: undefined };
      lanes.push(lane);
      return lane;
    },
    noteContent: (lane) => {
      lane.hasContent = true;
      learn(lane);
    },
    win: (lane) => {
      winner = lane;
      for (const other of lanes) if (other !== lane && other.failure === undefined && !other.hasContent) learn(other);
    },
    wastes: () => lanes.filter((lane) => lane !== winner).flatMap(wasteOf),
    fail: (error, lane) => {
      // Anything else is a bug in somebody's code, which no other endpoint mends.
      if (!(error instanceof CompletionError)) throw error;
      const { attempt } = lane;
      const failure = error.committed === attempt.delivered ? error : error.with({ committed: attempt.delivered });
      lane.failure = failure;
      attempt.made = Math.max(attempt.made, failure.errors?.length ?? 1);
      if (lane === winner || !helps(failure, lane)) throw failure;
      if (running() > 0) return undefined;
      if (lanes.length === members) throw members === 1 ? failure : exhausted(errors(), failure);
      const from = failure.endpoint ?? attempt.endpoint;
      return {
        type: 'fallback',
        ...(from !== undefined && { from }),
        attempt: attempts() + 1,
        error: errorSummary(failure),
        discarded: false,
      };
    },
  };
};

/** What was cut off may have cost something in any case; what failed has, where it said so. */
const wasteOf = ({ attempt: { before, made, endpoint }, report, failure }: Lane): WasteEvent[] =>
  failure !== undefined && report === undefined
    ? []
    : [{ type: 'waste', attempt: before + made, ...(endpoint !== undefined && { endpoint }), ...(report !== undefined && { report }) }];
