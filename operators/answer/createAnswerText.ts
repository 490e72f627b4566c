import { compose, type Stage } from '../../src/stage.ts';
import { createJsonReader, type JsonReader, type JsonReaderOptions } from '../json/createJsonReader.ts';
import { createThinkSplitter, type ThinkPiece } from '../think/createThinkSplitter.ts';
import { firstPlace } from '../think/Place.ts';
import { DEFAULT_THINK_TAGS, pairOf } from '../think/ThinkTag.ts';
import { createJsonFinder } from './createJsonFinder.ts';

/** The text of one answer, and the JSON in it. */
export interface AnswerText {
  /** All of it. */
  text(): string;
  /** Reads the JSON that the text holds. */
  readonly reader: JsonReader;
  push(delta: string): void;
  /**
   * Says that no text follows. Where no list and no object was found, the text without its thinking and fence may be another
   * JSON value: a reader that has read that. A number at the end of a text that was cut may be a part of one.
   */
  end(isCut: boolean): JsonReader;
}

export const createAnswerText = (schema: unknown, options: JsonReaderOptions): AnswerText => {
  const reader = createJsonReader(options);
  let text = '';
  let answer = '';
  let found = false;

  const keepAnswer: Stage<ThinkPiece, string> = (emit) => ({
    push: (piece) => {
      if (piece.thought) return;
      if (!found) answer += piece.text;
      emit(piece.text);
    },
    flush: () => undefined,
  });
  const run = compose(compose(createThinkSplitter(ANSWER), keepAnswer), createJsonFinder(schema))((json) => {
    found = true;
    // What stands behind the JSON is no part of it.
    if (!reader.isWhole()) reader.push(json);
  });

  return {
    text: () => text,
    reader,
    push: (delta) => {
      text += delta;
      run.push(delta);
    },
    end: (isCut) => {
      run.flush();
      if (found) return reader;
      const alone = createJsonReader(options);
      alone.push(answer.replace(FENCE, '$1').trim());
      if (!isCut) alone.end();
      return alone;
    },
  };
};

/** At the head of an answer, a block in think tags is no part of it. */
const ANSWER = firstPlace({
  pairs: DEFAULT_THINK_TAGS.map(pairOf),
  startsInside: false,
  anywhere: false,
  stripsOrphans: false,
  trim: true,
});

const FENCE = /^\s*```\w*[^\S\n]*\n([^]*?)```\s*$/;
