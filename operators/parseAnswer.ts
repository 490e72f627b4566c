import { configError } from '../src/errors/configError.ts';
import type { AnswerPath, ValueAt } from './answer/AnswerPath.ts';
import type { AnswerOf, AnswerSchema, DraftOf } from './answer/AnswerSchema.ts';
import { liftAnswer } from './answer/liftAnswer.ts';
import { pathPattern } from './answer/pathPattern.ts';
import { expectConfig, type ConfigFields } from './expectConfig.ts';
import { MAX_DEPTH } from './json/MAX_DEPTH.ts';
import type { EventReader } from './liftReader.ts';
import { isStandardSchema } from './schema/StandardSchema.ts';

/** Config of `parseAnswer`. */
export interface ParseAnswerConfig {
  /**
   * The choice that is read, for calls with `n > 1`.
   *
   * @defaultValue 0
   */
  readonly choice?: number | undefined;
  /**
   * Whether a part of the answer is checked as soon as it is over, so that the call ends, and costs no more, at the first that
   * does not fit; and already as it begins where its first character tells that it cannot. Refinements of a schema are then run on a part, and again on what it stands in.
   *
   * @defaultValue true
   */
  readonly failFast?: boolean | undefined;
  /**
   * The most lists and objects within each other; more is a `limit` error.
   *
   * @defaultValue 256
   */
  readonly maxDepth?: number | undefined;
}

/** Reads the answer as a whole; by its methods, as it comes in. */
export interface AnswerReader<Answer, Draft> extends EventReader<Answer> {
  /**
   * The answer as far as it is certain, whenever more of it is: not checked, and as the model writes it. After a `start` that
   * voids what was emitted comes one `undefined`. A list that has grown long is copied to be shown, and so is shown less often.
   */
  partial(): EventReader<Draft | undefined>;
  /**
   * Each part at a path, `items.*` say, as soon as it is over, checked and as its own schema makes it. Parts that cannot be
   * checked alone, those of a union say, come when the answer is whole. A `start` does not take back what was emitted.
   */
  at<const Path extends AnswerPath<Answer>>(path: Path): EventReader<ValueAt<Answer, Path>>;
}

/**
 * Emits the answer as a value of the schema, once, at `done` or when the source completes without one. The JSON may stand in a
 * code fence or among words, and thinking in tags may come before it. Resets on `start`.
 *
 *     in:             s-t-t-t-f-d|      t = '{"items":[{"id":1},{"i', 'd":2}],"sum":1', '2}'
 *     parseAnswer:    ----------A|      A = { items: [{ id: 1 }, { id: 2 }], sum: 12 }
 *     .at('items.*'): --1-2------|      1 = { id: 1 }   2 = { id: 2 }
 *     .partial():     --p-q-A----|      p = { items: [{ id: 1 }, {}] }   q = { items: [{ id: 1 }, { id: 2 }] }
 *
 * What `partial` shows is never taken back: a string grows, a list and an object grow, a number, a literal and a field's name
 * come when they are over, and so does a text where the schema takes none. Only a field given twice is replaced, as by `JSON.parse`. A field that is `null` though it may only
 * be missing counts as missing. An async schema cannot be used. Holds the answer; linear in its length.
 *
 * @example
 * import { of } from 'rxjs';
 * import { parseAnswer } from 'rx-completions/operators';
 * import { z } from 'zod';
 *
 * const answer = parseAnswer(z.object({ items: z.array(z.string()) }));
 * const events = of({ type: 'text_delta', choice: 0, delta: '{"items":["a","b"]}' } as const);
 * events.pipe(answer.at('items.*')).subscribe((item) => console.log(item)); // a, b
 * events.pipe(answer).subscribe(({ items }) => console.log(items.length)); // 2
 *
 * @throws `CompletionError`, as a notification, with what had come in `partial` (`AnswerSoFar`): `answer_schema` when the answer
 * is no JSON or does not fit, with the places in its message; `truncated` when the JSON was cut, by the limit of tokens or by the
 * end of the source; `content_filter` when it was filtered, or the model refused; `limit` above `maxDepth`. A failure of the
 * source brings `partial`, too.
 * @see askForAnswer
 */
export const parseAnswer = <const Schema extends AnswerSchema>(
  schema: Schema,
  config: ParseAnswerConfig = {},
): AnswerReader<AnswerOf<Schema>, DraftOf<Schema>> => {
  const given: unknown = schema;
  if (!isStandardSchema(given) && (typeof given !== 'object' || given === null || Array.isArray(given)))
    throw configError('`parseAnswer` takes a zod schema, another Standard Schema or a JSON Schema');
  expectConfig('parseAnswer', config, FIELDS);
  const { choice = 0, failFast = true, maxDepth = MAX_DEPTH } = config;
  const settings = { schema, choice, failFast, maxDepth };

  const whole = liftAnswer<unknown>(settings, (emit) => ({ onWhole: emit }));

  const partial = (): EventReader<unknown> =>
    liftAnswer<unknown>(settings, (emit) => {
      let hasShown = false;
      const show = (value: unknown): void => {
        hasShown = value !== undefined;
        emit(value);
      };
      return {
        onVoid: () => {
          if (hasShown) show(undefined);
        },
        onText: (reader) => {
          if (reader.isDue()) show(reader.show());
        },
        // A number or a literal that is the whole answer is over only now.
        onWhole: (_, read) => {
          if (!hasShown) show(read);
        },
      };
    });

  const at = (path: string): EventReader<unknown> => {
    const pattern = pathPattern(path, schema);
    return liftAnswer<unknown>(settings, (emit) => {
      let hasTold = false;
      return {
        onVoid: () => (hasTold = false),
        onClose: (place, _, check) => {
          if (!pattern.early || !pattern.matches(place)) return;
          const checked = check();
          // What does not fit fails with the whole answer, or has done so.
          if (checked === 'later' || checked.issues !== undefined) return;
          hasTold = true;
          emit(checked.value);
        },
        // Parts that could not be told earlier, those of a default among them.
        onWhole: (answer) => {
          if (!hasTold) for (const value of pattern.valuesIn(answer)) emit(value);
        },
      };
    });
  };

  // The schema has checked what its types say; of `partial` they say no more than what JSON can hold.
  return Object.assign(whole, { partial, at }) as unknown as AnswerReader<AnswerOf<Schema>, DraftOf<Schema>>;
};

const FIELDS: ConfigFields<ParseAnswerConfig> = { choice: true, failFast: true, maxDepth: true };
