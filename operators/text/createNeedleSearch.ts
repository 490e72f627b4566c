/** A needle found, and where it ends in the piece that was read. */
export interface NeedleFound {
  readonly needle: string;
  readonly end: number;
}

/** Looks for several texts at once in a text that comes in pieces. */
export interface NeedleSearch {
  /** Reads a piece up to the end of the first needle in it; begins anew behind one. */
  read(piece: string, from: number): NeedleFound | undefined;
  /** How many of the characters read last may be the beginning of a needle: less than the longest needle has. */
  held(): number;
}

interface Node {
  readonly depth: number;
  readonly next: Map<number, Node>;
  /** The longest needle that ends here. */
  needle?: string;
  /** The node of the longest end of what led here that begins a needle, too. */
  fallback?: Node;
}

/**
 * Aho and Corasick: one step per character, however many needles there are and whatever they have in common. Of several
 * needles the one that ends first is found, and of those that end together the longest, so no cut of the text matters.
 */
export const createNeedleSearch = (needles: readonly string[]): (() => NeedleSearch) => {
  const root: Node = { depth: 0, next: new Map() };
  for (const needle of needles) plant(root, needle);
  connect(root);

  return () => {
    let node = root;
    return {
      read: (piece, from) => {
        for (let at = from; at < piece.length; at += 1) {
          node = step(node, piece.charCodeAt(at), root);
          const { needle } = node;
          if (needle === undefined) continue;
          node = root;
          return { needle, end: at + 1 };
        }
        return undefined;
      },
      held: () => node.depth,
    };
  };
};

const plant = (root: Node, needle: string): void => {
  let node = root;
  for (let at = 0; at < needle.length; at += 1) {
    const code = needle.charCodeAt(at);
    let child = node.next.get(code);
    if (child === undefined) node.next.set(code, (child = { depth: at + 1, next: new Map() }));
    node = child;
  }
  node.needle = needle;
};

/** Layer by layer, so that a fallback, which is never as deep, has its own fallback already. */
const connect = (root: Node): void => {
  let layer = [root];
  while (layer.length > 0) {
    const deeper: Node[] = [];
    for (const node of layer) {
      for (const [code, child] of node.next) {
        const fallback = node === root ? root : step(node.fallback ?? root, code, root);
        child.fallback = fallback;
        if (child.needle === undefined && fallback.needle !== undefined) child.needle = fallback.needle;
        deeper.push(child);
      }
    }
    layer = deeper;
  }
};

const step = (from: Node, code: number, root: Node): Node => {
  let node = from;
  for (;;) {
    const next = node.next.get(code);
    if (next !== undefined) return next;
    if (node === root) return root;
    node = node.fallback ?? root;
  }
};
