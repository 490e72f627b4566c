import type { Stage } from '../../src/stage.ts';
import { endsInHalf } from '../text/endsInHalf.ts';
import { goesOnAfter } from './goesOnAfter.ts';

interface SentenceConfig {
  readonly locale?: string | undefined;
  readonly abbreviations?: readonly string[] | undefined;
  readonly trim?: boolean | undefined;
}

/** How much before a mark the segmenter is shown: more than any rule looks back. */
const CONTEXT = 32;

/** A mark that may end a sentence, until what follows decides it. */
interface Mark {
  /** What stands before the mark, or the end of that. */
  readonly before: string;
  readonly isStart: boolean;
  /** The mark and what has come since. */
  since: string;
  /** Whether what has come since is marks as well. */
  isCluster: boolean;
  /** Whether it is a full stop, which only a letter decides: a number, or a word in small letters, goes on. */
  isDot: boolean;
}

/**
 * Splits text into sentences. The segmenter is asked only where a mark may end one and what follows has come as far as its
 * rules look ahead, and is shown no more than that part: so nothing it says is taken back, and time is linear.
 */
export const createSentenceSplitter = ({ locale, abbreviations = [], trim = false }: SentenceConfig): Stage<string, string> => {
  const segmenter = new Intl.Segmenter(locale, { granularity: 'sentence' });
  const goesOn = goesOnAfter(segmenter.resolvedOptions().locale, abbreviations);

  return (emit) => {
    let held = '';
    /** The end of what is held, so that the whole of it is looked at once only. */
    let recent = '';
    let half = '';
    let mark: Mark | undefined;
    let afterReturn = false;

    const release = (sentence: string): void => {
      const said = trim ? sentence.trim() : sentence;
      if (said !== '') emit(said);
    };

    /** Ends the sentence before the last `kept` characters of what is held. */
    const end = (kept: string): void => {
      release(held.slice(0, held.length - kept.length));
      held = recent = kept;
      mark = undefined;
    };

    const hold = (text: string): void => {
      held += text;
      recent += text;
      if (recent.length > 32 * CONTEXT) recent = recent.slice(-CONTEXT);
    };

    const decide = ({ before, since, isDot, isStart }: Mark, next: string): void => {
      const part = before + since + next;
      mark = undefined;
      // Unicode has no end here, and most full stops within a word come so.
      if (isDot && SMALL.test(next)) return;
      if (isDot && /^\.\s/.test(since) && goesOn(before, isStart)) return;
      for (const { index } of segmenter.segment(part)) {
        if (index <= before.length || index > before.length + since.length) continue;
        end(part.slice(index, part.length - next.length));
        return;
      }
    };

    const read = (char: string): void => {
      if (afterReturn && char !== '\n') end('');
      afterReturn = char === '\r';
      if (LINE_END.test(char)) {
        if (mark !== undefined) decide(mark, char);
        hold(char);
        if (char !== '\r') end('');
        return;
      }
      const isMark = TERMINAL.test(char);
      if (mark !== undefined) {
        const isCluster = isMark && mark.isCluster;
        if (!isCluster && (isMark || (mark.isDot ? LETTER : WORD).test(char))) decide(mark, char);
        else {
          mark.since += char;
          mark.isCluster = isCluster;
          if (isMark) mark.isDot = DOT.test(char);
        }
      }
      if (isMark && mark === undefined)
        mark = { before: recent.slice(-CONTEXT), isStart: held.length <= CONTEXT, since: char, isCluster: true, isDot: DOT.test(char) };
      hold(char);
    };

    return {
      push: (piece) => {
        const text = half + piece;
        half = endsInHalf(text) ? text.slice(-1) : '';
        const whole = half === '' ? text : text.slice(0, -1);
        for (let at = 0; at < whole.length; ) {
          const skipped = mark === undefined && !afterReturn ? plainLength(whole, at) : 0;
          if (skipped > 0) hold(whole.slice(at, at + skipped));
          else read(String.fromCodePoint(whole.codePointAt(at) ?? 0));
          at += skipped || ((whole.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
        }
      },
      flush: () => {
        held += half;
        half = '';
        if (mark !== undefined) decide(mark, '');
        end('');
        afterReturn = false;
      },
    };
  };
};

/** How much of a text goes by before something that may end a sentence. */
const plainLength = (text: string, from: number): number => {
  SIGN.lastIndex = from;
  return (SIGN.exec(text)?.index ?? text.length) - from;
};

const SIGN = /[\p{Sentence_Terminal}\r\n\u0085\u2028\u2029]/gu;
const SMALL = /\p{Ll}/u;
const LINE_END = /[\r\n\u0085\u2028\u2029]/;
const TERMINAL = /\p{Sentence_Terminal}/u;
/** The marks that Unicode takes for a full stop. */
const DOT = /[.\u2024\ufe52\uff0e]/;
const LETTER = /\p{Alphabetic}/u;
const WORD = /[\p{Alphabetic}\p{N}\p{S}]/u;
