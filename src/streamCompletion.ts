import type { Observable } from 'rxjs';
import type { StreamEvent } from './events/StreamEvent.ts';
import type { Model } from './model/Model.ts';
import { readCompletion } from './readCompletion.ts';
import { buildRequest } from './request/buildRequest.ts';
import type { CallOptions } from './request/CallOptions.ts';
import type { Context } from './request/Context.ts';
import { learnManners, type LearnedManner } from './request/learnManners.ts';
import type { CallKind } from './request/resolveApiKey.ts';
import { streamResponse } from './transport/streamResponse.ts';

/** One call of either kind. A refusal that teaches how the endpoint wants the request is answered with that request. */
export const streamCompletion = (
  kind: CallKind,
  model: Model,
  context: Context,
  options: CallOptions | undefined,
): Observable<StreamEvent> =>
  streamResponse<StreamEvent, LearnedManner>(
    {
      prepare: (lessons) => buildRequest(kind, model, context, options, undefined, lessons),
      learn: (error, { manners }, lessons) => learnManners(model, manners, error, lessons),
    },
    readCompletion,
  );
