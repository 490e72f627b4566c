import { asyncScheduler, concat, defer, distinctUntilChanged, from, merge, of, Subject, switchMap, tap, throwError, timer } from 'rxjs';
import { CompletionError } from '../src/errors/CompletionError.ts';
import type { EventOperator } from './EventOperator.ts';
import type { Circuit } from './health/createCircuit.ts';
import { createCircuits, type Circuits } from './health/createCircuits.ts';
import { createWitness } from './health/createWitness.ts';
import type { EndpointHealth } from './health/EndpointHealth.ts';
import type { EndpointHealthConfig } from './health/EndpointHealthConfig.ts';
import { MAX_TIMER_MS } from './recovery/MAX_TIMER_MS.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';

/**
 * Remembers which endpoints fail, so that a chain does not ask them in vain: a circuit per endpoint, fed by how streams end
 * and not by how they begin. An answer that starts with status 200 and is cut off is a failure. Share one per process.
 *
 *     calls:   --#--#--#                  # = failure; failureThreshold 3
 *     status:  c-------o---------h--c     c = closed, o = open, h = half_open
 *     guarded:           ##        -d|    refused at once while it rests, then one probe
 *
 * | failure | of the endpoint |
 * |---|---|
 * | `connect` `tls` `timeout` `connection_lost` `truncated` `empty_response` `unexpected_content` `redirect` `bad_frame` `auth` `rate_limit`, and `http_status` and `provider_error` where they are retryable | counts; so many in a row open the circuit for `cooldownMs` |
 * | any of these with `retryAfterMs` | opens it at once, for as long as asked |
 * | `quota` | opens it at once, for `quotaCooldownMs` or longer where asked |
 * | all others | says nothing: the caller's request, answer or wish is the matter |
 *
 * A success clears the count. A call that began before the circuit last opened or closed tells of the past, and counts only
 * where it brings word of a longer rest.
 *
 * It composes instead of being an option: `guard` makes any call a member that fails fast, and `fallbackEndpoints`, `hedgeCall`
 * and `retryCall` do with that what they do with every failure. A refusal is a `connect` error with the rest left as
 * `retryAfterMs` and the last failure as `cause`; it is `retryable` where that one was. So that a chain is never left without
 * anybody to ask, each guard is told the keys of the chain: only it knows who is `among` whom.
 *
 * A limit set outside, such as `firstContentWithin` of a chain, unsubscribes the call and so says nothing here: give slow
 * endpoints their limit in the call's own `timeouts`. Keys are the caller's; a handful of figures is held for each.
 *
 * @example
 * import { CompletionError } from 'rx-completions';
 * import { endpointHealth, fallbackEndpoints } from 'rx-completions/operators';
 * import { of, throwError } from 'rxjs';
 *
 * const health = endpointHealth({ failureThreshold: 1 });
 * const guard = (key: string) => health.guard(key, { among: ['first', 'spare'] });
 * const first = throwError(() => new CompletionError('truncated')).pipe(guard('first'));
 * const spare = of({ type: 'text_delta', choice: 0, delta: 'Hi' } as const).pipe(guard('spare'));
 * first.pipe(fallbackEndpoints([spare])).subscribe();
 * health.states.subscribe((states) => console.log(states['first']?.status)); // open
 *
 * @throws `CompletionError` with code `config`, when called with an option that is not known.
 */
export const endpointHealth = (config: EndpointHealthConfig = {}): EndpointHealth => {
  expectConfig('endpointHealth', config, FIELDS);
  const circuits = createCircuits(config);
  const changes = new Subject<void>();
  /** Nobody was asked, so nobody failed. */
  const refusals = new WeakSet<Error>();

  const states: EndpointHealth['states'] = merge(of(undefined), changes).pipe(
    switchMap(() => statesFromNowOn(circuits, config)),
    // A success that changes nothing is no news.
    distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other)),
  );

  const watch = (key?: string): EventOperator =>
    (source) =>
      defer(() => {
        const witness = createWitness(circuits, key);
        return from(source).pipe(
          tap({
            next: (event) => {
              if (witness.see(event)) changes.next();
            },
            error: (error: unknown) => {
              if (!(error instanceof CompletionError) || refusals.has(error)) return;
              witness.fail(error);
              changes.next();
            },
            finalize: () => witness.leave(),
          }),
        );
      });

  const guard: EndpointHealth['guard'] = (key, { among = [] } = {}) => {
    const circuit = circuits.of(key);
    changes.next();
    return (source) =>
      defer(() => {
        if (circuits.mayAsk(key, among)) return from(source).pipe(watch(key));
        const refusal = refusalOf(key, circuit);
        refusals.add(refusal);
        return throwError(() => refusal);
      });
  };

  return { states, watch, guard };
};

/** The states now, and again each time a rest is over. */
const statesFromNowOn = (circuits: Circuits, { scheduler = asyncScheduler }: EndpointHealthConfig): EndpointHealth['states'] =>
  defer(() => {
    const now = of(circuits.states());
    const ms = circuits.nextRecoveryMs();
    if (ms === undefined) return now;
    const later = timer(Math.min(Math.ceil(ms), MAX_TIMER_MS), scheduler);
    return concat(now, later.pipe(switchMap(() => statesFromNowOn(circuits, { scheduler }))));
  });

const refusalOf = (key: string, { restMs, lastFailure }: Circuit): CompletionError => {
  const why = restMs > 0 ? `rests for another ${Math.ceil(restMs / 1000)} s` : 'is being tried by another call';
  return new CompletionError('connect', {
    message: `${key} ${why} after a failure${lastFailure === undefined ? '' : `: ${lastFailure.message}`}`,
    phase: 'connect',
    ...(restMs > 0 && { retryAfterMs: Math.ceil(restMs) }),
    ...(lastFailure !== undefined && { retryable: lastFailure.retryable, cause: lastFailure }),
    ...(lastFailure?.endpoint !== undefined && { endpoint: lastFailure.endpoint }),
  });
};

const FIELDS: ConfigFields<EndpointHealthConfig> = {
  failureThreshold: true,
  windowMs: true,
  cooldownMs: true,
  quotaCooldownMs: true,
  maxCooldownMs: true,
  halfOpenProbes: true,
  scheduler: true,
};
