import type { FinishReason, StreamEvent } from '../../src/events/StreamEvent.ts';
import type { StageRun } from '../../src/stage.ts';
import type { JsonReader } from '../json/createJsonReader.ts';
import type { JsonPath } from '../json/createJsonTree.ts';
import { createWhereabouts } from '../recovery/createWhereabouts.ts';
import { isStandardSchema, type StandardSchema } from '../schema/StandardSchema.ts';
import { cutShort, isCut, misfit, refused, tooDeep, unreadable, type AnswerFailure } from './answerErrors.ts';
import type { AnswerSchema } from './AnswerSchema.ts';
import type { AnswerSoFar } from './AnswerSoFar.ts';
import { checkValue, type Checked } from './checkValue.ts';
import { createAnswerText } from './createAnswerText.ts';
import { kindsOf, type OpenKind } from './kindsOf.ts';
import { schemaAt } from './partOf.ts';

export interface AnswerSettings {
  readonly schema: AnswerSchema;
  readonly choice: number;
  readonly failFast: boolean;
  readonly maxDepth: number;
}

/** What is to be told of an answer while it is read. */
export interface AnswerWatch {
  /** A new attempt begins, and nothing of the old one counts. */
  onVoid?(): void;
  /** More of the text has been read. */
  onText?(reader: JsonReader): void;
  /** A part is over. `check` tells what its own schema makes of it, where it has one. */
  onClose?(path: JsonPath, value: unknown, check: () => Checked): void;
  /** The answer is whole and fits: what its schema makes of it, and what was read. */
  onWhole?(answer: unknown, read: unknown): void;
}

export interface AnswerReading extends StageRun<StreamEvent> {
  /** What has come so far; `undefined` while nothing has. */
  soFar(): AnswerSoFar | undefined;
}

/** A part is checked again within each part around it. What lies deeper is checked with the part at this level alone. */
const MAX_CHECKED_LEVELS = 16;

/** Reads the answers of one choice, of one attempt after the other. Throws what is wrong with the one at hand. */
export const readAnswer = ({ schema, choice, failFast, maxDepth }: AnswerSettings, watch: AnswerWatch): AnswerReading => {
  const isChecked = isStandardSchema(schema);

  const onClose = (path: JsonPath, value: unknown): void => {
    let checked: Checked | undefined;
    const check = (): Checked => {
      const part = isChecked ? schemaAt(schema, path, true) : undefined;
      checked ??= part === undefined ? { value } : typeof part === 'string' ? 'later' : checkValue(part, value, path);
      return checked;
    };
    // The answer itself is checked at its end, and a field is allowed to say `null` where it may be missing.
    if (failFast && path.length > 0 && path.length <= MAX_CHECKED_LEVELS && value !== null) {
      const result = check();
      if (result !== 'later' && result.issues !== undefined) throw misfit(result.issues, known());
    }
    watch.onClose?.(path, value, check);
  };

  /** A value that cannot be what belongs there is told by its first character: an empty one of its kind is checked in its place. */
  const onOpen = (path: JsonPath, kind: OpenKind): boolean => {
    if (path.length === 0) return true;
    const part = schemaAt(schema as StandardSchema, path, true);
    if (typeof part === 'string' || kindsOf(part)?.has(kind) !== false) return true;
    const checked = failFast ? checkValue(part, EMPTY[kind], path) : undefined;
    if (typeof checked === 'object' && checked.issues !== undefined) throw misfit(checked.issues, known());
    return false;
  };

  const open = () => createAnswerText(schema, { maxDepth, onClose, ...(isChecked && { onOpen }) });
  const whereabouts = createWhereabouts();
  let answer = open();
  let hasRefused = false;
  let reason: FinishReason | undefined;
  let settled = false;

  const soFar = (reader: JsonReader = answer.reader): AnswerSoFar => {
    const value = reader.show();
    return { text: answer.text(), ...(value !== undefined && { value }) };
  };

  const known = (reader?: JsonReader): AnswerFailure => ({ partial: soFar(reader), ...whereabouts.details() });

  const read = (delta: string): void => {
    const { reader } = answer;
    answer.push(delta);
    if (reader.failure() !== undefined && !reader.isWhole() && failFast) throw flawOf(reader);
    watch.onText?.(reader);
  };

  const flawOf = (reader: JsonReader): Error => {
    if (reader.failure() === 'depth') return tooDeep(maxDepth, known(reader));
    if (hasRefused) return refused(known(reader));
    const isBroken = reader === answer.reader && reader.failure() !== undefined;
    const cut = isBroken ? undefined : cutShort(reason, known(reader));
    return cut ?? unreadable(isBroken ? 'the JSON of the answer is broken' : 'the answer holds no whole JSON', known(reader));
  };

  const settle = (): void => {
    if (settled) return;
    settled = true;
    const reader = answer.end(isCut(reason));
    if (!reader.isWhole() || (reader !== answer.reader && reader.failure() !== undefined)) throw flawOf(reader);
    const value = reader.show();
    const checked = isChecked ? checkValue(schema, value, []) : { value };
    if (checked === 'later') throw unreadable('the schema of the answer cannot be checked synchronously, or failed', known(reader));
    if (checked.issues !== undefined) throw misfit(checked.issues, known(reader));
    watch.onWhole?.(checked.value, value);
  };

  const reset = (): void => {
    answer = open();
    hasRefused = settled = false;
    reason = undefined;
    watch.onVoid?.();
  };

  return {
    soFar: () => (answer.text() === '' ? undefined : soFar()),
    push: (event) => {
      whereabouts.push(event);
      if (event.type === 'start') reset();
      else if (event.type === 'text_delta' && event.choice === choice) read(event.delta);
      else if (event.type === 'refusal_delta' && event.choice === choice) hasRefused ||= event.delta !== '';
      else if (event.type === 'finish' && event.choice === choice) reason ??= event.reason;
      else if (event.type === 'done') {
        reason ??= event.reason;
        settle();
      }
    },
    flush: settle,
  };
};

const EMPTY: Readonly<Record<OpenKind, unknown>> = { text: '', list: [], object: {} };
