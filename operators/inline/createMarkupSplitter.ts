import type { Stage } from '../../src/stage.ts';
import { createNeedleSearch } from '../text/createNeedleSearch.ts';
import type { InlineCall } from './InlineCall.ts';
import { createMarkupInput, type MarkupInput, type Reading } from './MarkupInput.ts';
import type { Found, MarkupReader } from './MarkupReader.ts';

/** A run of text, or a call. */
export type MarkupPiece = string | InlineCall;

interface Block {
  readonly input: MarkupInput;
  readonly reading: Reading<unknown>;
}

/**
 * Splits text into text and calls. Holds what may yet be an opening tag, and behind one the markup until it is a call, at
 * most `maxMarkup` characters with its tag. What turns out to be no markup is text and is not looked into again, except from where it
 * ceased to be markup: so each character is read once, and what comes out is the same however the text is cut.
 */
export const createMarkupSplitter = (readers: readonly MarkupReader[], maxMarkup: number): Stage<string, MarkupPiece> => {
  const openSearch = createNeedleSearch(readers.map(({ open }) => open));

  return (emit) => {
    let search = openSearch();
    let held = '';
    let block: Block | undefined;

    const release = (text: string): void => {
      if (text !== '') emit(text);
    };

    /** Reads text up to an opening tag; gives what stands behind one. */
    const readText = (piece: string): string => {
      const found = search.read(piece, 0);
      const text = held + piece;
      if (found === undefined) {
        held = text.slice(text.length - search.held());
        release(text.slice(0, text.length - search.held()));
        return '';
      }
      const end = held.length + found.end;
      held = '';
      release(text.slice(0, end - found.needle.length));
      block = openBlock(found.needle, readers, emit);
      return text.slice(end);
    };

    /** Reads a part of a block; gives what does not belong to it. */
    const readBlock = (current: Block, piece: string): string => {
      const { input, reading } = current;
      const room = Math.max(1, maxMarkup - input.taken().length - input.rest().length);
      input.add(piece.slice(0, room));
      if (reading.next().done !== true && input.taken().length + input.rest().length < maxMarkup) return piece.slice(room);
      const rest = input.rest() + piece.slice(room);
      block = undefined;
      search = openSearch();
      release(input.taken());
      return rest;
    };

    return {
      push: (text) => {
        let rest = text;
        while (rest !== '') rest = block === undefined ? readText(rest) : readBlock(block, rest);
      },
      flush: () => {
        const left = block === undefined ? held : block.input.taken() + block.input.rest();
        block = undefined;
        held = '';
        search = openSearch();
        release(left);
      },
    };
  };
};

const openBlock = (open: string, readers: readonly MarkupReader[], emit: Found): Block => {
  const input = createMarkupInput(open);
  const found: Found = (call) => {
    input.drop();
    emit(call);
  };
  return { input, reading: read(readers.filter((reader) => reader.open === open), input, found) };
};

function* read(readers: readonly MarkupReader[], input: MarkupInput, found: Found): Reading<unknown> {
  yield* input.blanks();
  const next = yield* input.peek();
  const reader = readers.find(({ begins }) => begins.test(next));
  return reader === undefined ? undefined : yield* reader.read(input, found);
}
