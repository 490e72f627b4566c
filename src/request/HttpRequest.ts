import type { Endpoint } from '../errors/Endpoint.ts';
import type { Address } from './addressOf.ts';
import type { AnswerOptions } from './AnswerOptions.ts';
import type { DispatcherLike } from './DispatcherLike.ts';
import type { Limits } from './Limits.ts';
import type { Manners } from './Manners.ts';
import type { Timeouts } from './Timeouts.ts';

/** Everything the transport needs to make one call; nothing in it is read again from the caller's objects. */
export interface HttpRequest {
  readonly address: Address;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body, encoded. */
  readonly body: string;
  readonly endpoint: Endpoint;
  /** How the request was written. */
  readonly manners: Manners;
  /** Values that must never appear in an error: the key and the values of headers the caller gave. */
  readonly secrets: readonly string[];
  /** What the messages say, which must not appear in an error either; made of the body when there is one. */
  readonly prompt?: () => readonly string[];
  /** What was tolerated while the request was built; reported after `start`. */
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly dispatcher?: DispatcherLike | undefined;
  readonly answer: AnswerOptions;
}
