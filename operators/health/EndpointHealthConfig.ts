import type { SchedulerLike } from 'rxjs';

/** Config of `endpointHealth`. */
export interface EndpointHealthConfig {
  /**
   * How many failures in a row, none older than `windowMs`, open the circuit of an endpoint.
   *
   * @defaultValue 5
   */
  readonly failureThreshold?: number;
  /**
   * How long a failure counts, in milliseconds.
   *
   * @defaultValue 60,000
   */
  readonly windowMs?: number;
  /**
   * How long an endpoint rests, in milliseconds, where it has not said itself for how long (`Retry-After`).
   *
   * @defaultValue 30,000
   */
  readonly cooldownMs?: number;
  /**
   * How long one rests that has no quota left, in milliseconds.
   *
   * @defaultValue 3,600,000
   */
  readonly quotaCooldownMs?: number;
  /**
   * The longest rest an endpoint is granted, whatever it asks for, in milliseconds.
   *
   * @defaultValue 3,600,000
   */
  readonly maxCooldownMs?: number;
  /**
   * After the rest: how many calls at a time try whether the endpoint has recovered.
   *
   * @defaultValue 1
   */
  readonly halfOpenProbes?: number;
  /**
   * The clock of windows and rests.
   *
   * @defaultValue a steady clock that setting the time of day does not move
   */
  readonly scheduler?: SchedulerLike;
}
