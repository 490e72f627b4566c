/** A place in a value: names of fields and numbers of elements, from the root. */
export type JsonPath = readonly (string | number)[];

/** Called for each value that is over, inner ones first. `path` changes afterwards: it is to be read, and not kept. */
export type CloseListener = (path: JsonPath, value: unknown) => void;

/**
 * Called for each text, list and object that begins; tells whether it may be shown before it is over, which is asked of a text
 * only. `path` is to be read, and not kept.
 */
export type OpenListener = (path: JsonPath, kind: 'text' | 'list' | 'object') => boolean;

/** A JSON value while it grows. Whoever is shown it keeps what was shown: what is shown is copied before it changes. */
export interface JsonTree {
  /** How many lists and objects are open. */
  depth(): number;
  /** What it costs to change the value once it was shown: the size of the open lists and objects. */
  spine(): number;
  isInList(): boolean;
  /** Where the next value will stand. */
  place(): JsonPath;
  /** Whether it has changed since it was shown. */
  hasChanged(): boolean;
  /** The value as far as it has come; `undefined` while there is none. */
  show(): unknown;
  /** Names the field that is written next. */
  name(key: string): void;
  /** Puts a value into the next place: the root, the next element, the field just named. */
  add(value: unknown): void;
  /** Writes the latest value again, which has grown. */
  update(value: unknown): void;
  open(isList: boolean): void;
  close(): void;
  /** Says that the latest value, which is no list and no object, is over. */
  end(value: unknown): void;
}

type Container = unknown[] | Record<string, unknown>;

interface Frame {
  container: Container;
  size: number;
  /** What a copy costs, in elements. */
  cost: number;
  /** Whether somebody has been shown the container as it is. */
  shown: boolean;
}

export const createJsonTree = (onClose?: CloseListener): JsonTree => {
  const frames: Frame[] = [];
  const path: (string | number)[] = [];
  let root: unknown;
  let spine = 0;
  let changed = false;

  /** The container at a depth for writing. Nobody has seen it, nor those it stands in. */
  const ownAt = (depth: number): Container | undefined => {
    const frame = frames[depth];
    if (frame?.shown === true) {
      frame.container = copyOf(frame.container);
      frame.shown = false;
      write(depth, frame.container);
    }
    return frame?.container;
  };

  /** Writes the value that stands at a depth, the root's being 0. */
  const write = (depth: number, value: unknown): void => {
    const container = ownAt(depth - 1);
    if (container === undefined) root = value;
    else put(container, path[depth - 1] ?? 0, value);
  };

  const update = (value: unknown): void => {
    write(frames.length, value);
    changed = true;
  };

  const place = (): JsonPath => {
    const frame = frames.at(-1);
    if (Array.isArray(frame?.container)) path[frames.length - 1] = frame.size;
    return path;
  };

  const add = (value: unknown): void => {
    const frame = frames.at(-1);
    if (frame !== undefined) {
      place();
      frame.size += 1;
      const cost = Array.isArray(frame.container) || frame.size <= FEW_FIELDS ? 1 : MANY_FIELDS_COST;
      frame.cost += cost;
      spine += cost;
    }
    update(value);
  };

  return {
    depth: () => frames.length,
    spine: () => spine,
    place,
    isInList: () => Array.isArray(frames.at(-1)?.container),
    hasChanged: () => changed,
    show: () => {
      for (const frame of frames) frame.shown = true;
      changed = false;
      return root;
    },
    name: (key) => {
      path[frames.length - 1] = key;
    },
    add,
    update,
    open: (isList) => {
      const container: Container = isList ? [] : {};
      add(container);
      frames.push({ container, size: 0, cost: 0, shown: false });
    },
    close: () => {
      const frame = frames.pop();
      spine -= frame?.cost ?? 0;
      path.length = frames.length;
      onClose?.(path, frame?.container);
    },
    end: (value) => onClose?.(path, value),
  };
};

/** Engines keep an object of many fields as a table, which takes so much longer to copy. */
const FEW_FIELDS = 128;
const MANY_FIELDS_COST = 16;

const copyOf = (container: Container): Container => (Array.isArray(container) ? container.slice() : { ...container });

const put = (container: Container, key: string | number, value: unknown): void => {
  if (key === '__proto__')
    // Assigned, it would become the object's prototype; `JSON.parse` makes a field of it.
    Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
  // A list's keys are its own numbers, an object's the names read.
  else (container as Record<string | number, unknown>)[key] = value;
};
