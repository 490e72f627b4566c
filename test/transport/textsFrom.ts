import type { Observable } from 'rxjs';
import type { ResponseReader } from '../../src/transport/ResponseReader.ts';
import { streamResponse } from '../../src/transport/streamResponse.ts';
import { readText, requestTo, type Overrides } from './support.ts';

/** A call that emits each read as text; the request and the reader are told what else to do. */
export const textsFrom = (url: string, overrides?: Overrides, own?: Partial<ResponseReader>): Observable<string> =>
  streamResponse(() => requestTo(url, overrides), readText(own));
