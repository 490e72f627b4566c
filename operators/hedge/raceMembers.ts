import { asyncScheduler, catchError, concat, defer, EMPTY, filter, from, ignoreElements, merge, mergeMap, NEVER, of, Subject, switchMap, takeUntil, tap, timer } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { lift } from '../lift.ts';
import { MAX_TIMER_MS } from '../recovery/MAX_TIMER_MS.ts';
import { createLaneStage } from './createLaneStage.ts';
import { createRace } from './createRace.ts';
import type { HedgeCallConfig } from './HedgeCallConfig.ts';
import type { Lane } from './Lane.ts';
import type { WasteEvent } from './WasteEvent.ts';

/** Asks the members one beside the other, each when those before it have been silent for too long, until one commits. */
export const raceMembers = <E extends AnyEvent>(
  members: readonly ObservableInput<E>[],
  config: HedgeCallConfig,
): Observable<E | FallbackEvent | WasteEvent> =>
  defer(() => {
    const { budget, scheduler = asyncScheduler } = config;
    const race = createRace(members.length, config);
    const launches = new Subject<Lane>();
    const wins = new Subject<Lane>();

    const ask = (lane: Lane): Observable<E | FallbackEvent | WasteEvent> => {
      const stage = createLaneStage<E>(lane, {
        race,
        config,
        onWin: () => wins.next(lane),
        onWhole: () => launches.complete(),
      });
      // A race launches no more lanes than it has members.
      return from(members[lane.index] as ObservableInput<E>).pipe(
        lift(stage),
        catchError((error: unknown) => {
          const notice = race.fail(error, lane);
          return notice === undefined ? EMPTY : concat(of(notice), launch);
        }),
        takeUntil(wins.pipe(filter((winner) => winner !== lane))),
      );
    };

    const launch = defer(() => {
      launches.next(race.launch());
      return EMPTY;
    });
    const wait = defer(() => {
      const waitMs = race.waitMs();
      return Number.isFinite(waitMs) ? timer(Math.min(waitMs, MAX_TIMER_MS), scheduler) : NEVER;
    });
    const hedges = launches.pipe(
      switchMap(() => (race.hasNext() ? wait : NEVER)),
      filter(() => budget?.withdraw() ?? true),
      tap(() => launches.next(race.launch())),
      ignoreElements(),
      takeUntil(wins),
    );

    budget?.deposit();
    return merge(hedges, launches.pipe(mergeMap(ask)), launch);
  });
