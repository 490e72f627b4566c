import { isArray, isObject, textOf, type JsonObject } from './json.ts';

/** The fields that carry reasoning text; the first that says something wins, since endpoints send the same in two of them. */
export const REASONING_FIELDS: readonly string[] = ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking'];

export interface Reasoning {
  readonly text: string;
  readonly details: readonly unknown[] | undefined;
}

/** Reads a delta's reasoning. `reasoning_details` give the text only where no field does; they are always kept verbatim. */
export const readReasoning = (delta: JsonObject, fields: readonly string[]): Reasoning => {
  const listed = delta['reasoning_details'];
  const details = isArray(listed) && listed.length > 0 ? listed : undefined;
  for (const field of fields) {
    const text = textOf(delta[field]);
    if (text !== undefined) return { text, details };
  }
  return { text: details === undefined ? '' : details.map(detailText).join(''), details };
};

const detailText = (detail: unknown): string =>
  isObject(detail) ? (textOf(detail['text']) ?? textOf(detail['summary']) ?? '') : '';
