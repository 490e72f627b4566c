/** Puts the pieces of reasoning details together, as they must go back on the next turn. */
export interface DetailsMerger {
  /** Takes the details of one event, and returns the parts whose details that changes; new ones are of `part`. */
  add(details: readonly unknown[], part: number): ReadonlySet<number>;
  /** A copy of a part's details; `undefined` where none came. */
  of(part: number): readonly unknown[] | undefined;
  /** How many there are. */
  count(): number;
}

type Detail = Readonly<Record<string, unknown>>;

/** Where a detail stands, so that its next piece finds it. */
interface Entry {
  readonly part: number;
  readonly list: unknown[];
  readonly at: number;
}

/**
 * A text or a summary is streamed in pieces of one `type` and `index`: their words are joined, and of every other field the
 * first value that says something stands. A piece of another id, or words behind a signature, begin a detail of their own.
 * Whatever else comes, an encrypted block above all, stays verbatim and in its place.
 */
export const createDetailsMerger = (): DetailsMerger => {
  const lists = new Map<number, unknown[]>();
  const entries = new Map<string, Entry>();
  /** Of the detail that was listed last. */
  let lastKey: string | undefined;
  let count = 0;

  const entryOf = (key: string, detail: Detail): Entry | undefined =>
    // Without an index nothing but standing next to each other says that two pieces are one.
    typeof detail['index'] === 'number' || lastKey === key ? entries.get(key) : undefined;

  const addOne = (detail: unknown, part: number): number => {
    const key = keyOf(detail);
    const known = key === undefined ? undefined : entryOf(key, detail as Detail);
    const before = known?.list[known.at] as Detail;
    if (known !== undefined && isContinuedBy(before, detail as Detail)) {
      known.list[known.at] = joined(before, detail as Detail);
      return known.part;
    }
    const list = lists.get(part) ?? [];
    lists.set(part, list);
    list.push(detail);
    count += 1;
    if (key !== undefined) entries.set(key, { part, list, at: list.length - 1 });
    lastKey = key;
    return part;
  };

  return {
    add: (details, part) => {
      if (details.length > 0) return new Set(details.map((detail) => addOne(detail, part)));
      // An endpoint that says that there are none wants to hear it again.
      if (!lists.has(part)) lists.set(part, []);
      return new Set([part]);
    },
    of: (part) => lists.get(part)?.slice(),
    count: () => count,
  };
};

/** What two pieces of one detail have in common; `undefined` for a detail that comes whole. */
const keyOf = (detail: unknown): string | undefined => {
  if (typeof detail !== 'object' || detail === null) return undefined;
  const { type, index, data, text, summary, signature } = detail as Detail;
  const isPiece = [text, summary, signature].some((field) => typeof field === 'string') && !says(data);
  return isPiece ? JSON.stringify([type, typeof index === 'number' ? index : null]) : undefined;
};

const isContinuedBy = (detail: Detail, piece: Detail): boolean => {
  if (says(detail['id']) && says(piece['id']) && detail['id'] !== piece['id']) return false;
  if (!says(detail['signature'])) return true;
  const repeats = !says(piece['signature']) || piece['signature'] === detail['signature'];
  return repeats && !says(piece['text']) && !says(piece['summary']);
};

const joined = (detail: Detail, piece: Detail): Detail => {
  const news = Object.entries(piece).filter(([field]) => !says(detail[field]));
  return { ...detail, ...Object.fromEntries(news), ...wordsOf('text', detail, piece), ...wordsOf('summary', detail, piece) };
};

const wordsOf = (field: 'text' | 'summary', { [field]: before }: Detail, { [field]: after }: Detail): Detail =>
  typeof before === 'string' && typeof after === 'string' ? { [field]: before + after } : {};

/** Endpoints fill fields with `null` or an empty text until they have something to say. */
const says = (field: unknown): boolean => field !== undefined && field !== null && field !== '';
