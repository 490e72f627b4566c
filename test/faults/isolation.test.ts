import { lastValueFrom, toArray, type ObservableInput } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { accumulateText, fallbackEndpoints, retryCall, stripThink, verifyEvents } from 'rx-completions/operators';
import { describe, expect, it } from 'vitest';
import { sources } from '../architecture/project.ts';
import { done, finish, start, text } from '../support/events.ts';

interface ForeignObserver {
  readonly next: (event: StreamEvent) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

/** An Observable of another library, or of another copy of rxjs: it shares nothing with ours but the symbol. */
const foreign = (events: readonly StreamEvent[], error?: Error): ObservableInput<StreamEvent> => {
  const subscribable = {
    subscribe: (observer: ForeignObserver) => {
      for (const event of events) observer.next(event);
      if (error === undefined) observer.complete();
      else observer.error(error);
      return { unsubscribe: () => undefined };
    },
  };
  // The type knows the symbol only; where the platform has none, rxjs looks for this name.
  const subscribe = (): never => {
    throw new Error('an Observable of ours was expected');
  };
  return { subscribe, '@@observable': () => subscribable } as unknown as ObservableInput<StreamEvent>;
};

const NONE = { defaultValue: undefined };
const answer = [start(), text('Hel'), text('lo'), finish(), done()];

describe('an Observable that is none of our rxjs', () => {
  it('fault 117: is a source of every operator', async () => {
    const texts = accumulateText()(foreign(answer));
    expect(await lastValueFrom(texts, NONE)).toBe('Hello');
    const events = stripThink()(retryCall()(verifyEvents()(foreign(answer))));
    expect(await lastValueFrom(events.pipe(toArray()), NONE)).toEqual(answer);
  });

  it('fault 117: is an alternate of a fallback, and its failure is one like any other', async () => {
    const failed = foreign([start()], new CompletionError('connect'));
    const events = await lastValueFrom(fallbackEndpoints([failed, foreign(answer)])(foreign([], new CompletionError('connect'))).pipe(toArray()), NONE);
    expect(events?.filter(({ type }) => type === 'text_delta')).toEqual([text('Hel'), text('lo')]);
  });
});

describe('modules', () => {
  it('fault 118: have no state but the dispatchers, one timer and what hangs on foreign objects', () => {
    const stateful = sources.flatMap(({ path, source }) =>
      [...source.text.matchAll(/^(?:export )?(?:let \w.*|const (\w+)[^=\n]*= new (?:Map|Set|WeakMap|WeakSet|\w*Watch)\b.*)$/gm)]
        .filter(([line]) => !/^const [A-Z_]+\b/.test(line))
        .map(([line]) => `${path}: ${line}`),
    );
    expect(stateful).toEqual([
      // Set and put back within one delivery, which is synchronous.
      'src/emitFrom.ts: let atWork: PacedSource | undefined;',
      'src/request/addressOf.ts: const known = new WeakMap<Model, Address>();',
      'src/request/learnManners.ts: const learned = new WeakMap<Model, Partial<Manners>>();',
      'src/request/wireResponseFormat.ts: const written = new WeakMap<z.ZodType, StrictSchema>();',
      'src/transport/Deadlines.ts: const watch = new DeadlineWatch();',
      'src/transport/onAbort.ts: const listenings = new WeakMap<AbortSignal, Listening>();',
      'src/transport/sharedDispatcher.ts: let shared: DispatcherLike | undefined;',
      'src/transport/sharedDispatcher.ts: let fresh: DispatcherLike | undefined;',
    ]);
  });
});
