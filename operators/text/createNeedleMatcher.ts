import type { Stage } from '../../src/stage.ts';
import { createNeedleSearch } from './createNeedleSearch.ts';
import type { Stretch } from './Stretch.ts';

/** Parts a text at some fixed texts. Holds only what may be the beginning of one: less than the longest has. */
export const createNeedleMatcher = (needles: readonly string[]): Stage<string, Stretch> => {
  const openSearch = createNeedleSearch(needles);
  return (emit) => {
    let search = openSearch();
    let held = '';
    const plain = (text: string): void => {
      if (text !== '') emit({ matched: false, text });
    };
    return {
      push: (piece) => {
        let from = 0;
        for (let found = search.read(piece, from); found !== undefined; found = search.read(piece, from)) {
          plain((held + piece.slice(from, found.end)).slice(0, -found.needle.length));
          held = '';
          from = found.end;
          emit({ matched: true, text: found.needle });
        }
        const text = held + piece.slice(from);
        held = text.slice(text.length - search.held());
        plain(text.slice(0, text.length - search.held()));
      },
      flush: () => {
        plain(held);
        held = '';
        search = openSearch();
      },
    };
  };
};
