/** How long a limit per minute looks back, in milliseconds. */
export const MINUTE_MS = 60_000;

/** Something that counted against a limit, and when. */
export interface WindowEntry {
  readonly at: number;
  amount: number;
}

/** What counted in the last minute. */
export interface Window {
  /** How much may count in any minute. */
  limit: number;
  readonly used: number;
  add(amount: number): WindowEntry;
  /** An entry was less than thought. */
  reduce(entry: WindowEntry, by: number): void;
  /** How long until so much more fits, in milliseconds. What exceeds the whole limit fits into an empty minute. */
  waitFor(amount: number): number;
}

/** A minute that slides: at no time has more than the limit counted in the minute before, as a bucket would let happen. */
export const createWindow = (initial: number, now: () => number): Window => {
  const entries: WindowEntry[] = [];
  let limit = initial;
  let used = 0;

  const forgetOld = (): void => {
    const before = now() - MINUTE_MS;
    const kept = entries.findIndex(({ at }) => at > before);
    for (const { amount } of entries.splice(0, kept < 0 ? entries.length : kept)) used -= amount;
    if (entries.length === 0) used = 0;
  };

  return {
    get limit() {
      return limit;
    },
    set limit(next) {
      limit = next;
    },
    get used() {
      forgetOld();
      return used;
    },
    add: (amount) => {
      forgetOld();
      const entry = { at: now(), amount };
      entries.push(entry);
      used += amount;
      return entry;
    },
    reduce: (entry, by) => {
      forgetOld();
      const less = Math.min(by, entry.amount);
      entry.amount -= less;
      if (entry.at > now() - MINUTE_MS) used -= less;
    },
    waitFor: (amount) => {
      forgetOld();
      let over = used + Math.min(amount, limit) - limit;
      if (!(over > 0)) return 0;
      const last = entries.find((entry) => (over -= entry.amount) <= 0);
      return last === undefined ? MINUTE_MS : last.at + MINUTE_MS - now();
    },
  };
};
