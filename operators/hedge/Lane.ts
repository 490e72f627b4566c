import type { UsageReportEvent } from '../../src/events/StreamEvent.ts';
import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { Attempt } from '../recovery/Attempt.ts';

/** One member's part in a race. */
export interface Lane {
  readonly index: number;
  readonly attempt: Attempt;
  /** When it was asked. */
  readonly since: number;
  hasContent: boolean;
  /** What it has reported of its usage last. */
  report: UsageReportEvent['report'] | undefined;
  failure: CompletionError | undefined;
}
