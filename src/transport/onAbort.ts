interface Listening {
  readonly works: Set<() => void>;
  readonly listener: () => void;
}

const listenings = new WeakMap<AbortSignal, Listening>();

/**
 * Does `work` when the signal fires, until the function returned is called. A signal has one listener, however many calls it
 * may end: node warns of a leak at the eleventh.
 */
export const onAbort = (signal: AbortSignal, work: () => void): (() => void) => {
  const { works, listener } = listenings.get(signal) ?? listen(signal);
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size > 0) return;
    signal.removeEventListener('abort', listener);
    listenings.delete(signal);
  };
};

const listen = (signal: AbortSignal): Listening => {
  const works = new Set<() => void>();
  const listener = (): void => {
    for (const work of works) work();
  };
  signal.addEventListener('abort', listener);
  const listening = { works, listener };
  listenings.set(signal, listening);
  return listening;
};
