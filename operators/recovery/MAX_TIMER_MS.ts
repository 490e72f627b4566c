/** Longer timers of the platform fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;
