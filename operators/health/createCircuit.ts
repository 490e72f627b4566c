import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { EndpointState } from './EndpointState.ts';
import { verdictOf } from './verdictOf.ts';

export interface CircuitOptions {
  readonly failureThreshold: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly quotaCooldownMs: number;
  readonly maxCooldownMs: number;
  readonly halfOpenProbes: number;
  /** A clock that only ever goes on. */
  readonly now: () => number;
  /** The time of day, for those who look on. */
  readonly timeOfDay: () => number;
}

/** One call that the circuit hears of. Exactly one of its endings counts, the first. */
export interface Trial {
  succeed(): void;
  fail(error: CompletionError): void;
  /** It was left, which says nothing. */
  leave(): void;
}

/** What is known of one endpoint. */
export interface Circuit {
  readonly state: EndpointState;
  /** How long until it may be tried again, in milliseconds; 0 when it may. */
  readonly restMs: number;
  /** Whether another call may be made. */
  readonly isAvailable: boolean;
  /** The failure that counted last. */
  readonly lastFailure: CompletionError | undefined;
  begin(): Trial;
}

export const createCircuit = (options: CircuitOptions): Circuit => {
  const { failureThreshold, windowMs, halfOpenProbes, now } = options;
  /** When they came; never more than open the circuit. */
  let failures: readonly number[] = [];
  let rest: { readonly until: number; readonly shownUntil: number } | undefined;
  let lastFailure: CompletionError | undefined;
  let probes = 0;
  /** Counts openings and closings: a call begun before the last of them tells of a time that is over. */
  let era = 0;

  const status = (): EndpointState['status'] => {
    if (rest === undefined) return 'closed';
    return now() < rest.until ? 'open' : 'half_open';
  };

  const recent = (): readonly number[] => {
    const since = now() - windowMs;
    // While the circuit is not closed, what opened it stays.
    return rest === undefined ? failures.filter((at) => at > since) : failures;
  };

  const open = (cooldownMs: number): void => {
    rest = { until: now() + cooldownMs, shownUntil: options.timeOfDay() + cooldownMs };
    probes = 0;
    era += 1;
  };

  const close = (): void => {
    failures = [];
    if (rest === undefined) return;
    rest = undefined;
    probes = 0;
    era += 1;
  };

  /** How long the endpoint asks to be left alone, or must be. */
  const askedRestOf = (error: CompletionError): number => {
    const asked = error.retryAfterMs ?? 0;
    return Math.min(verdictOf(error) === 'rests' ? Math.max(asked, options.quotaCooldownMs) : asked, options.maxCooldownMs);
  };

  const countFailure = (error: CompletionError): void => {
    lastFailure = error;
    failures = [...recent(), now()].slice(-Math.max(1, failureThreshold));
    const asked = askedRestOf(error);
    if (asked > 0) open(asked);
    else if (rest !== undefined || failures.length >= failureThreshold) open(options.cooldownMs);
  };

  const restMs = (): number => (rest === undefined ? 0 : Math.max(0, rest.until - now()));

  /** A call of another era says little of this one, unless the endpoint asks now to be left alone for longer. */
  const prolong = (error: CompletionError): void => {
    const asked = askedRestOf(error);
    if (asked <= restMs()) return;
    lastFailure = error;
    open(asked);
  };

  return {
    get state() {
      return { status: status(), failures: recent().length, ...(rest !== undefined && { openUntil: rest.shownUntil }) };
    },
    get restMs() {
      return restMs();
    },
    get isAvailable() {
      const at = status();
      return at === 'closed' || (at === 'half_open' && probes < halfOpenProbes);
    },
    get lastFailure() {
      return lastFailure;
    },
    begin: () => {
      const begun = era;
      const probing = status() === 'half_open';
      if (probing) probes += 1;
      let hasEnded = false;
      const end = (): boolean => {
        if (hasEnded) return false;
        hasEnded = true;
        if (probing && begun === era) probes -= 1;
        return true;
      };
      return {
        succeed: () => {
          if (end() && begun === era) close();
        },
        fail: (error) => {
          if (!end() || verdictOf(error) === 'ignored') return;
          if (begun === era) countFailure(error);
          else prolong(error);
        },
        leave: () => void end(),
      };
    },
  };
};
