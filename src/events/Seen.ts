/** What comes after as many different keys is new each time: space is bounded whatever an endpoint sends. */
const MAX_KEYS = 4096;
const MAX_KEY_CHARS = 256;

/** Remembers what has been seen, in bounded space: a long key, an image as a data URL, by its length and two hashes. */
export class Seen {
  #keys: Set<string> | undefined;

  /** Whether the key has not been seen before; from now on it has. */
  isNew(key: string): boolean {
    const keys = (this.#keys ??= new Set());
    const short = key.length <= MAX_KEY_CHARS ? key : `${key.length} ${hash(key, 0x811c9dc5)} ${hash(key, 0x9747b28c)}`;
    if (keys.has(short)) return false;
    if (keys.size < MAX_KEYS) keys.add(short);
    return true;
  }
}

/** FNV-1a over UTF-16 units. */
const hash = (text: string, seed: number): number => {
  let state = seed;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state >>> 0;
};
