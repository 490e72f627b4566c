import { catchError, type Observable } from 'rxjs';
import { CompletionError } from './errors/CompletionError.ts';
import type { StreamEvent } from './events/StreamEvent.ts';
import type { Model } from './model/Model.ts';
import { readCompletion } from './readCompletion.ts';
import { buildRequest } from './request/buildRequest.ts';
import type { CallOptions } from './request/CallOptions.ts';
import type { Context } from './request/Context.ts';
import { endpointUrl } from './request/endpointUrl.ts';
import type { HttpRequest } from './request/HttpRequest.ts';
import { learnedManners, learnManners, type LearnedManner } from './request/learnManners.ts';
import type { Manners } from './request/Manners.ts';
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
  const ask = (lessons: readonly LearnedManner[]): Observable<StreamEvent> => {
    // What other calls of this model learn meanwhile was not sent with this one.
    let known: Partial<Manners> | undefined;
    const prepare = (): HttpRequest | Promise<HttpRequest> => {
      known = learnedManners(model);
      return buildRequest(kind, model, context, options, undefined, lessons);
    };
    return streamResponse(prepare, readCompletion).pipe(
      catchError((error: unknown) => {
        const lesson = lessonOf(error, model, known, lessons);
        if (lesson === undefined) throw error;
        return ask([...lessons, lesson]);
      }),
    );
  };
  return ask([]);
};

const lessonOf = (
  error: unknown,
  model: Model,
  known: Partial<Manners> | undefined,
  lessons: readonly LearnedManner[],
): LearnedManner | undefined => {
  if (!(error instanceof CompletionError) || error.phase !== 'headers') return undefined;
  return learnManners(model, mannersOf(model, endpointUrl(model.baseUrl).hostname, known ?? {}), error, lessons);
};
