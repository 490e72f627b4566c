import type { DoneEvent, UsageReportEvent } from '../../src/events/StreamEvent.ts';
import type { Stage } from '../../src/stage.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { commits } from '../recovery/commits.ts';
import { belongsToNoAttempt, createAttemptHolder } from '../recovery/createAttemptHolder.ts';
import type { Race } from './createRace.ts';
import type { HedgeCallConfig } from './HedgeCallConfig.ts';
import type { Lane } from './Lane.ts';
import type { WasteEvent } from './WasteEvent.ts';

export interface LaneOptions {
  readonly race: Race;
  readonly config: HedgeCallConfig;
  /** Called when the lane has won, before any of it is passed on. */
  readonly onWin: () => void;
  readonly onWhole: () => void;
}

/** Holds one member's events until they win the race; then they pass, and behind the first of them what the race has cost. */
export const createLaneStage =
  <E extends AnyEvent>(lane: Lane, { race, config, onWin, onWhole }: LaneOptions): Stage<E, E | WasteEvent> =>
  (emit) => {
    const { commitOn = 'content', maxHeldEvents = 65_536 } = config;
    let hasTold = false;
    let holdsNotices = false;

    // Not before the events that won: their `start` begins the answer.
    const tellWaste = (): void => {
      if (hasTold || race.winner() !== lane) return;
      hasTold = true;
      race.wastes().forEach((waste) => emit(waste));
    };

    const passes = (event: AnyEvent): boolean => {
      if (event.type === 'heartbeat') return true;
      if (!belongsToNoAttempt(event)) return false;
      // Numbers of attempts that run side by side would come in any order; later ones wait behind those that wait.
      holdsNotices ||= race.running() > 1;
      return !holdsNotices;
    };

    const hold = createAttemptHolder<E>(lane.attempt, {
      commits: commits(commitOn),
      maxHeldEvents,
      passes,
      onContent: () => race.noteContent(lane),
      onCommit: () => {
        race.win(lane);
        onWin();
      },
      onWhole,
    })((event) => {
      if (event.type === 'done') {
        tellWaste();
        // Events of one `type` have one shape, which is what the discriminated union promises.
        const { attempts } = event as E & DoneEvent;
        emit(attempts >= race.attempts() ? event : { ...event, attempts: race.attempts() });
      } else emit(event);
    });

    return {
      push: (event) => {
        if (event.type === 'usage_report') lane.report = (event as E & UsageReportEvent).report;
        else if (event.type === 'start') lane.report = undefined;
        hold.push(event);
        tellWaste();
      },
      flush: () => {
        hold.flush();
        tellWaste();
      },
    };
  };
