/** Says within `stopWhen` that nothing more is wanted of the source. Never leaves it. */
export const STOPPED = { type: 'rx-completions/stopped' } as const;
