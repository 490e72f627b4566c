import { isContent } from '../../src/events/isContent.ts';
import type { StreamEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';

/** What commits an attempt: a piece of the answer, a piece of its text, the endpoint's consent, or what the caller says. */
export type CommitOn = 'content' | 'text' | 'start' | ((event: AnyEvent) => boolean);

/** The test for a commit. */
export const commits = (commitOn: CommitOn): ((event: AnyEvent) => boolean) =>
  typeof commitOn === 'function' ? commitOn : TESTS[commitOn];

/** Whether an event says something. Some endpoints open each answer, even a failing one, with an empty piece of text. */
export const saysSomething = (event: AnyEvent): boolean => isContent(event) && !isEmptyText(event);

const isEmptyText = (event: AnyEvent): boolean =>
  // Events of one `type` have one shape, which is what the discriminated union promises.
  event.type === 'text_delta' && (event as StreamEvent & { readonly type: 'text_delta' }).delta === '';

const TESTS: Readonly<Record<'content' | 'text' | 'start', (event: AnyEvent) => boolean>> = {
  content: saysSomething,
  text: (event) => event.type === 'text_delta' && !isEmptyText(event),
  start: (event) => event.type === 'start',
};

/** The words `commitOn` takes. */
export const COMMIT_ON: readonly string[] = Object.keys(TESTS);
