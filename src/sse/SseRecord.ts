/** One event of the stream: the `data` lines joined, with the name and id in force. */
export interface SseEvent {
  readonly kind: 'event';
  readonly data: string;
  /** The `event` field; `''` where there was none. */
  readonly event: string;
  /** The id of this event or of the last one before it that had one. */
  readonly lastEventId: string;
  /** The stream ended before the blank line that closes an event. Only the lenient decoder delivers such an event. */
  readonly unterminated: boolean;
}

/** A line that began with a colon. */
export interface SseComment {
  readonly kind: 'comment';
  readonly comment: string;
}

/** A line whose field the standard does not know and ignores. Some endpoints report errors in one. */
export interface SseUnknownLine {
  readonly kind: 'unknown';
  readonly line: string;
}

/** The reconnection time the stream asks for. */
export interface SseRetry {
  readonly kind: 'retry';
  readonly delayMs: number;
}

/** What a line or a group of lines of an event stream says. */
export type SseRecord = SseEvent | SseComment | SseUnknownLine | SseRetry;
