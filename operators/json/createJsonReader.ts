import { isSpace } from '../../src/events/createJsonScanner.ts';
import { createJsonTree, type CloseListener, type OpenListener } from './createJsonTree.ts';
import { createStringReader } from './createStringReader.ts';
import { MAX_DEPTH } from './MAX_DEPTH.ts';

/** Reads one JSON text that comes in pieces. */
export interface JsonReader {
  /** Whether a list or an object has come to its last bracket, or another value to its end. */
  isWhole(): boolean;
  /** Why the text cannot be JSON, or is not read any further. */
  failure(): 'syntax' | 'depth' | undefined;
  /**
   * Whether the value has changed since it was last shown, and enough text has come since to pay for showing it: a list or
   * an object that has been shown is copied when it grows, so one that grows long is shown less often.
   */
  isDue(): boolean;
  /** The value as far as it is certain; it does not change under whoever has it. `undefined` while nothing is. */
  show(): unknown;
  push(piece: string): void;
  /** Says that no text follows: a number that stands alone is over then. */
  end(): void;
}

export interface JsonReaderOptions {
  /** The most lists and objects within each other. */
  readonly maxDepth?: number;
  /** Called where a text, a list or an object begins; what it throws, `push` throws. */
  readonly onOpen?: OpenListener;
  /** Called for each value that is over; what it throws, `push` and `end` throw. */
  readonly onClose?: CloseListener;
}

/** How many elements may be copied for each character read, which keeps the whole linear in the text. */
const COPIES_PER_CHARACTER = 16;

/**
 * Makes a reader. It takes what `JSON.parse` takes and gives what that gives, however the text is cut, and it never shows
 * what a later piece would contradict: a string grows, a list and an object grow, anything else comes when it is over. Only
 * a field that is given twice is replaced, by the later one. Each character is looked at once.
 */
export const createJsonReader = ({ maxDepth = MAX_DEPTH, onOpen, onClose }: JsonReaderOptions = {}): JsonReader => {
  const tree = createJsonTree(onClose);
  const string = createStringReader();
  let place: Place = 'value';
  let isShown = true;
  let token = '';
  let failure: ReturnType<JsonReader['failure']>;
  let paidFor = 0;

  const fail = (why: 'syntax' | 'depth' = 'syntax'): void => {
    failure = why;
  };

  const open = (isList: boolean): void => {
    if (tree.depth() === maxDepth) fail('depth');
    else {
      onOpen?.(tree.place(), isList ? 'list' : 'object');
      tree.open(isList);
      place = isList ? 'firstValue' : 'firstKey';
    }
  };

  const close = (isList: boolean): void => {
    if (tree.depth() === 0 || tree.isInList() !== isList) fail();
    else {
      tree.close();
      place = 'next';
    }
  };

  const endToken = (): void => {
    const value = LITERALS.has(token) ? LITERALS.get(token) : NUMBER.test(token) ? Number(token) : undefined;
    if (value === undefined) fail();
    else {
      tree.add(value);
      tree.end(value);
      place = 'next';
    }
  };

  const beginValue = (code: number): void => {
    if (code === QUOTE) {
      string.open();
      isShown = onOpen?.(tree.place(), 'text') ?? true;
      if (isShown) tree.add('');
      place = 'string';
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) open(code === OPEN_BRACKET);
    else if (code === CLOSE_BRACKET && place === 'firstValue') close(true);
    else if (isTokenPart(code)) {
      token = '';
      place = 'token';
    } else fail();
  };

  const goOn = (code: number): void => {
    if (code === CLOSE_BRACE || code === CLOSE_BRACKET) close(code === CLOSE_BRACKET);
    else if (code === COMMA && tree.depth() > 0) place = tree.isInList() ? 'value' : 'key';
    else fail();
  };

  const beginKey = (code: number): void => {
    if (code === QUOTE) {
      string.open();
      place = 'keyString';
    } else if (code === CLOSE_BRACE && place === 'firstKey') close(false);
    else fail();
  };

  /** Reads one character between values; gives how many it took. */
  const readMark = (code: number): number => {
    if (isSpace(code)) return 1;
    if (place === 'next') goOn(code);
    else if (place === 'key' || place === 'firstKey') beginKey(code);
    else if (place === 'colon') {
      if (code === COLON) place = 'value';
      else fail();
    } else beginValue(code);
    return place === 'token' ? 0 : 1;
  };

  const readString = (piece: string, from: number): number => {
    const known = string.text().length;
    const at = string.read(piece, from);
    if (at < 0) fail();
    if (place === 'string' && isShown && string.text().length > known) tree.update(string.text());
    if (!string.isClosed()) return at;
    if (place === 'keyString') {
      tree.name(string.text());
      place = 'colon';
    } else {
      if (!isShown) tree.add(string.text());
      tree.end(string.text());
      place = 'next';
    }
    return at;
  };

  const readToken = (piece: string, from: number): number => {
    let at = from;
    while (at < piece.length && isTokenPart(piece.charCodeAt(at))) at += 1;
    token += piece.slice(from, at);
    if (at < piece.length) endToken();
    return at;
  };

  return {
    isWhole: () => place === 'next' && tree.depth() === 0,
    failure: () => failure,
    isDue: () => tree.hasChanged() && paidFor >= tree.spine(),
    show: () => {
      paidFor = Math.max(0, paidFor - tree.spine());
      return tree.show();
    },
    push: (piece) => {
      paidFor += piece.length * COPIES_PER_CHARACTER;
      let at = 0;
      while (at < piece.length && failure === undefined) {
        if (place === 'string' || place === 'keyString') at = readString(piece, at);
        else if (place === 'token') at = readToken(piece, at);
        else at += readMark(piece.charCodeAt(at));
      }
    },
    end: () => {
      if (failure === undefined && place === 'token' && tree.depth() === 0) endToken();
    },
  };
};

/** What the next character belongs to. */
type Place = 'value' | 'firstValue' | 'string' | 'token' | 'next' | 'key' | 'firstKey' | 'keyString' | 'colon';

const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([['true', true], ['false', false], ['null', null]]);
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?$/;

/** Letters, digits, `+`, `-` and `.`: what numbers and literals are made of. */
const isTokenPart = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  code === 0x2b ||
  code === 0x2d ||
  code === 0x2e;

const [QUOTE, COMMA, COLON, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d];
