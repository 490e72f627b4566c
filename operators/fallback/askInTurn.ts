import { catchError, concatMap, defer, EMPTY, from, of, queueScheduler, Subject, subscribeOn } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import type { FallbackEvent } from '../../src/events/NoticeEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import { lift } from '../lift.ts';
import { canAnotherHelp } from './canAnotherHelp.ts';
import { commits } from '../recovery/commits.ts';
import { contentWithin } from '../recovery/contentWithin.ts';
import { createAttemptHolder } from '../recovery/createAttemptHolder.ts';
import { createChain, type Chain } from './createChain.ts';
import type { Alternate, FallbackEndpointsConfig } from './FallbackEndpointsConfig.ts';

/** Asks member after member until one answers. */
export const askInTurn = <E extends AnyEvent>(
  members: readonly Alternate<E>[],
  config: FallbackEndpointsConfig,
): Observable<E | FallbackEvent> =>
  defer(() => {
    const { onFailure = 'fail', shouldFallback = canAnotherHelp } = config;
    const chain = createChain({ members: members.length, onFailure, shouldFallback });
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
  const { commitOn = 'content', maxHeldEvents = 65_536 } = config;
  const attempt = chain.begin();
  const content = new Subject<void>();
  const holder = createAttemptHolder<E>(attempt, {
    commits: commits(commitOn),
    maxHeldEvents,
    onContent: () => content.next(),
    onWhole: () => (chain.whole = true),
  });
  return defer(() => open(member, chain)).pipe(
    lift(holder),
    contentWithin(attempt, content, config),
    catchError((error: unknown) => of(chain.fail(error, attempt))),
  );
};

const open = <E>(member: Alternate<E>, { failure, context }: Chain): ObservableInput<E> =>
  // No failure precedes the first member, which is the source and never one of our functions, even if it can be called.
  failure === undefined || typeof member !== 'function' ? (member as ObservableInput<E>) : member(failure, context);
