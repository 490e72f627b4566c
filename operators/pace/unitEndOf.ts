import { endsInHalf } from '../text/endsInHalf.ts';
import type { TextUnit, UnitEnd } from './TextUnit.ts';

/** Longer words and lines are cut between graphemes: a line without an end would be held for ever. */
const MAX_UNIT = 1024;

export const unitEndOf = (unit: TextUnit, locale: string | undefined): UnitEnd => {
  const graphemeEnd = segmentEnd(new Intl.Segmenter(locale), isBetweenSimple, () => true);
  const wordEnd = segmentEnd(new Intl.Segmenter(locale, { granularity: 'word' }), isBehindBlank, ({ isWordLike }) => isWordLike === true);
  const end = { grapheme: graphemeEnd, word: wordEnd, line: lineEnd }[unit];
  const endIn: UnitEnd = (text, want, whole) =>
    end(text, want, whole) || (text.length > MAX_UNIT ? graphemeEnd(text, want, whole) || codePointEnd(text, MAX_UNIT) : 0);
  // Half a pair says nothing yet, but the segmenter takes it for something, and the grapheme before it for whole.
  return (text, want, whole) => (whole || !endsInHalf(text) ? endIn(text, want, whole) : endIn(text.slice(0, -1), want, false));
};

/** For what is a single grapheme without an end. */
const codePointEnd = (text: string, at: number): number => ((text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at);

const lineEnd: UnitEnd = (text, want, whole) => {
  if (want < text.length) {
    const next = text.indexOf('\n', Math.ceil(want) - 1);
    if (next >= 0) return next + 1;
  }
  return whole ? text.length : text.lastIndexOf('\n') + 1;
};

/**
 * `isEdge` tells a place that is the end of a unit whatever stands around it: from there the segmenter reads, since it is
 * dear. A unit begins with every segment that `begins` says.
 */
const segmentEnd =
  (
    segmenter: Intl.Segmenter,
    isEdge: (text: string, at: number) => boolean,
    begins: (segment: Intl.SegmentData) => boolean,
  ): UnitEnd =>
  (text, want, whole) => {
    const target = Math.min(Math.ceil(want), text.length);
    if (whole && target === text.length) return target;
    let from = Math.min(target, Math.max(0, text.length - 1));
    while (from > 0 && !isEdge(text, from)) from -= 1;
    if (from === target) return target;
    let end = from;
    const part = text.slice(from, target + MAX_UNIT);
    for (const segment of segmenter.segment(part)) {
      if (!begins(segment)) continue;
      end = Math.max(end, from + segment.index);
      if (end >= target) return end;
    }
    // What comes last in a text that goes on may grow; in one that does not, it ends there.
    return whole && from + part.length === text.length ? text.length : end;
  };

/** Between two characters that combine with nothing. Line ends do, with each other. */
const isBetweenSimple = (text: string, at: number): boolean => isSimple(text.charCodeAt(at - 1)) && isSimple(text.charCodeAt(at));

const isSimple = (code: number): boolean =>
  (code < 0x300 && code !== 0x0d && code !== 0x0a) || (code >= 0x3041 && code <= 0x3096) || (code >= 0x4e00 && code <= 0x9fff);

const isBehindBlank = (text: string, at: number): boolean => BLANK.test(text.charAt(at - 1)) && !BLANK.test(text.charAt(at));

const BLANK = /\s/;
