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

    /** Reads text from `at` up to an opening tag; gives the place behind one. */
    const readText = (piece: string, at: number): number => {
      const found = search.read(piece, at);
      const text = held + piece.slice(at, found?.end);
      const kept = found === undefined ? search.held() : 0;
      release(text.slice(0, text.length - (found?.needle.length ?? kept)));
      held = text.slice(text.length - kept);
      if (found === undefined) return piece.length;
      block = openBlock(found.needle, readers, emit);
      return found.end;
    };

    /** Reads a part of a block from `at`; gives the place of what does not belong to it, before 0 where that came earlier. */
    const readBlock = ({ input, reading }: Block, piece: string, at: number): number => {
      const room = Math.max(1, maxMarkup - input.taken().length - input.rest().length);
      const end = Math.min(piece.length, at + room);
      input.add(piece.slice(at, end));
      if (reading.next().done !== true && input.taken().length + input.rest().length < maxMarkup) return end;
      block = undefined;
      search = openSearch();
      release(input.taken());
      return end - input.rest().length;
    };

    return {
      push: (text) => {
        // By place: joining what is left at each tag anew would take time quadratic in the length of the piece.
        let piece = text;
        let at = 0;
        while (at < piece.length) {
          const current = block;
          at = current === undefined ? readText(piece, at) : readBlock(current, piece, at);
          if (at >= 0 || current === undefined) continue;
          piece = current.input.rest().slice(0, -at) + piece;
          at = 0;
        }
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
