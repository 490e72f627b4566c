import { catchError, concat, concatMap, defer, EMPTY, from, identity, of, queueScheduler, Subject, subscribeOn, tap } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import { compose, type Stage } from '../../src/stage.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { lift } from '../lift.ts';
import type { Attempt } from '../recovery/Attempt.ts';
import { commits } from '../recovery/commits.ts';
import { contentWithin } from '../recovery/contentWithin.ts';
import { createAttemptHolder } from '../recovery/createAttemptHolder.ts';
import { canAnotherHelp } from './canAnotherHelp.ts';
import { createChain, type Chain } from './createChain.ts';
import { createJoiner } from './createJoiner.ts';
import type { Alternate, FallbackEndpointsConfig } from './FallbackEndpointsConfig.ts';
import { followsOn } from './followsOn.ts';

/** Asks member after member until one answers. */
export const askInTurn = <E extends AnyEvent>(
  members: readonly Alternate<E>[],
  config: FallbackEndpointsConfig,
): Observable<E | FallbackEvent> =>
  defer(() => {
    const { onFailure = 'fail', whenRefused = 'fail', shouldFallback = canAnotherHelp } = config;
    const chain = createChain({ members, onFailure, whenRefused, shouldFallback });
    return from(members).pipe(
      concatMap((member) =>
        defer(() => (chain.whole ? EMPTY : ask(member, chain, config))).pipe(
          // On its trampoline, any number of members that fail at once are asked in a loop instead of a recursion.
          subscribeOn(queueScheduler),
        ),
      ),
    );
  });

const ask = <E extends AnyEvent>(
  member: Alternate<E>,
  chain: Chain,
  config: FallbackEndpointsConfig,
): Observable<E | FallbackEvent> => {
  const attempt = chain.begin();
  const content = new Subject<void>();
  const { note } = chain;
  return defer(() => open(member, chain)).pipe(
    lift(stageOf<E>(attempt, { chain, config, onContent: () => content.next() })),
    note === undefined ? identity : tap((event: E) => note(event)),
    contentWithin(attempt, content, config),
    catchError((error: unknown) => {
      const notice = of(chain.fail(error, attempt));
      return chain.asksAgain() ? concat(notice, defer(() => ask(member, chain, config))) : notice;
    }),
  );
};

interface AttemptSetting {
  readonly chain: Chain;
  readonly config: FallbackEndpointsConfig;
  readonly onContent: () => void;
}

const stageOf = <E extends AnyEvent>(attempt: Attempt, { chain, config, onContent }: AttemptSetting): Stage<E, E> => {
  const { commitOn = 'content', maxHeldEvents = 65_536, minOverlap = 12, joins = followsOn } = config;
  const partial = chain.partial();
  const holder = createAttemptHolder<E>(attempt, {
    // A continuation is held until it is joined, and no longer.
    commits: partial === undefined ? commits(commitOn) : () => true,
    maxHeldEvents,
    onContent,
    onWhole: () => (chain.whole = true),
  });
  if (partial === undefined) return holder;
  const onUnjoined = (): void => chain.refuseJoin();
  return compose(createJoiner<E>(attempt, { partial: partial.text, minOverlap, joins, maxHeldEvents, onContent, onUnjoined }), holder);
};

const open = <E>(member: Alternate<E>, chain: Chain): ObservableInput<E> => {
  const failure = chain.failure();
  // No failure precedes the first member, which is the source and never one of our functions, even if it can be called.
  return failure === undefined || typeof member !== 'function' ? (member as ObservableInput<E>) : member(failure, chain.context());
};
