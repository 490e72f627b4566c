import { catchError, type Observable } from 'rxjs';
import { CompletionError } from './errors/CompletionError.ts';
import type { StreamEvent } from './events/StreamEvent.ts';
import type { Model } from './model/Model.ts';
import { readCompletion } from './readCompletion.ts';
import { buildRequest } from './request/buildRequest.ts';
import type { CallOptions } from './request/CallOptions.ts';
import type { Context } from './request/Context.ts';
import type { RequestWarning } from './request/Draft.ts';
import { endpointUrl } from './request/endpointUrl.ts';
import { learnManners } from './request/learnManners.ts';
import { mannersOf } from './request/mannersOf.ts';
import type { CallKind } from './request/resolveApiKey.ts';
import { streamResponse } from './transport/streamResponse.ts';

/** One call of either kind. A refusal that teaches how the endpoint wants the request is answered with that request. */
export const streamCompletion = (
  kind: CallKind,
  model: Model,
  context: Context,
  options: CallOptions | undefined,
): Observable<StreamEvent> => {
  const ask = (lessons: readonly RequestWarning[]): Observable<StreamEvent> =>
    streamResponse(() => buildRequest(kind, model, context, options, undefined, lessons), readCompletion).pipe(
      catchError((error: unknown) => {
        const lesson = error instanceof CompletionError ? learnManners(model, mannersOf(model, endpointUrl(model.baseUrl).hostname), error) : undefined;
        if (lesson === undefined) throw error;
        return ask([...lessons, lesson]);
      }),
    );
  return ask([]);
};
