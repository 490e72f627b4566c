import { redact, type Confidential } from '../errors/redact.ts';
import type { ResponseHead } from './ResponseHead.ts';

/** Where endpoints put the id their support asks for, the endpoint's own first, its proxy's last. */
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-generation-id', 'cf-ray'] as const;

/**
 * The id under which the endpoint knows this request, if it told one. What is no id is none: a header can hold anything, also
 * what was said to the endpoint.
 */
export const requestIdOf = ({ headers }: ResponseHead, confidential: Confidential = {}): string | undefined => {
  for (const name of REQUEST_ID_HEADERS) {
    const id = headers[name];
    if (id !== undefined && ID.test(id)) return redact(id, confidential);
  }
  return undefined;
};

const ID = /^[\w.:/+=@~-]{1,128}$/;
