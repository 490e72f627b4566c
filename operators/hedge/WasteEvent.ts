import type { Endpoint } from '../../src/errors/Endpoint.ts';
import type { UsageReportEvent } from '../../src/events/StreamEvent.ts';

/** An attempt was paid for, as it seems, and its answer thrown away. No part of the answer, so no `start` voids it. */
export interface WasteEvent {
  readonly type: 'waste';
  readonly attempt: number;
  /** Absent where no endpoint had accepted it. */
  readonly endpoint?: Endpoint;
  /** What the endpoint had reported last; absent where it had reported nothing, which does not mean that it was free. */
  readonly report?: UsageReportEvent['report'];
}
