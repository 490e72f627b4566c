import type { AnyEvent } from '../EventOperator.ts';

/**
 * A source broke the grammar of events. No `CompletionError`: no endpoint has failed but somebody's code, so nothing is
 * asked again and no alternate is asked instead. The message quotes nothing of the answer.
 */
export class EventGrammarError extends Error {
  override readonly name = 'EventGrammarError';
  /** What was broken, in one sentence. */
  readonly rule: string;
  /** How many events had come before. */
  readonly position: number;
  /** The event that does not fit; absent when it is the completion. */
  declare readonly event?: AnyEvent;

  constructor(rule: string, position: number, event?: AnyEvent) {
    super(`${event === undefined ? 'the completion' : event.type} after ${position} events: ${rule}`);
    this.rule = rule;
    this.position = position;
    if (event !== undefined) this.event = event;
  }
}
