import { redact } from '../errors/redact.ts';
import type { ResponseHead } from './ResponseHead.ts';

/** Where endpoints put the id their support asks for, the endpoint's own first, its proxy's last. */
const REQUEST_ID_HEADERS = ['x-request-id', 'request-id', 'x-generation-id', 'cf-ray'] as const;

/** The id under which the endpoint knows this request, if it told one. */
export const requestIdOf = ({ headers }: ResponseHead): string | undefined => {
  for (const name of REQUEST_ID_HEADERS) {
    const id = headers[name];
    if (id !== undefined && id !== '') return redact(id);
  }
  return undefined;
};
