import type { AnswerFormKind } from './AnswerForm.ts';

/** The forms of an answer that an endpoint has refused. */
export interface FormMemory {
  /** Those refused so far. */
  refused(): readonly AnswerFormKind[];
  refuse(kind: AnswerFormKind): void;
}

/**
 * Remembers which forms of an answer an endpoint refuses, so that `askForAnswer` does not ask in vain a second time. Share one
 * per model and endpoint.
 *
 * @example
 * import { formMemory } from 'rx-completions/operators';
 *
 * const memory = formMemory();
 * memory.refuse('json_object'); // known of LM Studio
 * console.log(memory.refused()); // [ 'json_object' ]
 *
 * @see askForAnswer
 */
export const formMemory = (): FormMemory => {
  const kinds = new Set<AnswerFormKind>();
  return { refused: () => [...kinds], refuse: (kind) => void kinds.add(kind) };
};
