import type { SchedulerLike } from 'rxjs';

/** Tells time in milliseconds that only ever goes on: the scheduler's, where a test gives one, else the platform's steady clock. */
export const clockOf = (scheduler: SchedulerLike | undefined): (() => number) =>
  // A scheduler of rxjs tells the time of day, which jumps when somebody sets the clock.
  scheduler === undefined ? () => performance.now() : () => scheduler.now();
