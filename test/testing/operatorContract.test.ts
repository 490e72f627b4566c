import { operatorContract, type OperatorContractConfig, type OperatorLawName } from 'rx-completions/testing';
import { CompletionError, type StreamEvent } from 'rx-completions';
import {
  catchError,
  concatMap,
  concatWith,
  defer,
  delay,
  EMPTY,
  endWith,
  filter,
  map,
  NEVER,
  Observable,
  of,
  scan,
  share,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { done, start, text } from '../support/events.ts';

type Operator = (source: Observable<StreamEvent>) => Observable<unknown>;

/** Text so far, state born at subscription, reset on `start`. */
const accumulate: Operator = (source) =>
  source.pipe(
    scan((soFar, event) => (event.type === 'start' ? '' : event.type === 'text_delta' ? soFar + event.delta : soFar), ''),
  );

const failures = async (
  build: () => Operator,
  config: OperatorContractConfig<StreamEvent> = {},
): Promise<readonly (readonly [OperatorLawName, string])[]> => {
  const found: [OperatorLawName, string][] = [];
  for (const { name, run } of operatorContract(build, config)) {
    await run().catch((error: unknown) => found.push([name, error instanceof Error ? error.message : String(error)]));
  }
  return found;
};

const brokenLaws = async (
  build: () => Operator,
  config?: OperatorContractConfig<StreamEvent>,
): Promise<readonly OperatorLawName[]> => (await failures(build, config)).map(([name]) => name);

describe('the operator contract holds for', () => {
  const lawful: Record<string, () => Operator> = {
    'an operator that does nothing': () => (source) => source,
    'an operator with state': () => accumulate,
    'an operator that makes several outputs of one event': () => concatMap((event) => of(event, event)),
    'an operator that emits once, at the end': () => (source) => source.pipe(accumulate, toArray(), map((all) => all.at(-1))),
    'an operator that releases something at the end': () => (source) => source.pipe(map((event) => event.type), endWith('end')),
    'an operator that emits later': () => (source) => source.pipe(delay(1)),
    'an operator that says that it has reset': () => (source) =>
      defer(() => {
        let soFar = '';
        return source.pipe(
          filter((event) => (event.type === 'start' && soFar !== '') || event.type === 'text_delta'),
          map((event) => (soFar = event.type === 'text_delta' ? soFar + event.delta : '')),
        );
      }),
    'an operator that tells a CompletionError more': () => (source) =>
      source.pipe(
        catchError((error: unknown) =>
          throwError(() => (error instanceof CompletionError ? error.with({ status: 500 }) : (error as Error))),
        ),
      ),
  };

  it.each(Object.entries(lawful))('%s', async (_, build) => {
    expect(await failures(build)).toEqual([]);
  });
});

describe('the operator contract catches', () => {
  const shared: string[] = [];
  let sharedByAll = '';

  const broken: Record<string, readonly [build: () => Operator, laws: readonly OperatorLawName[]]> = {
    'state outside the subscription': [
      () => {
        let soFar = '';
        return (source) =>
          source.pipe(map((event) => (soFar = event.type === 'start' ? '' : soFar + ('delta' in event ? event.delta : ''))));
      },
      ['serves two sources at once'],
    ],
    'state outside the subscription that start does not reset': [
      () => {
        let count = 0;
        return (source) => source.pipe(map(() => ++count));
      },
      ['is fresh after a subscription abandoned midway', 'serves two sources at once', 'resets on start'],
    ],
    'state of all operators together': [
      () => (source) => source.pipe(map((event) => (sharedByAll += event.type))),
      ['is fresh after a subscription abandoned midway', 'serves two sources at once', 'resets on start'],
    ],
    'a source subscribed too early': [
      () => (source) => {
        source.subscribe({ next: (event) => shared.push(event.type), error: () => undefined });
        return source;
      },
      ['is cold', 'unsubscribes its source', 'stops emitting when unsubscribed inside next'],
    ],
    'a shared source': [() => (source) => source.pipe(share()), ['is cold']],
    'a source subscribed twice': [
      () => (source) =>
        new Observable((subscriber) => {
          subscriber.add(source.subscribe({ error: () => undefined }));
          return source.subscribe(subscriber);
        }),
      ['is cold'],
    ],
    'a source that is never let go': [
      () => (source) =>
        new Observable((subscriber) => {
          source.subscribe({
            next: (event) => {
              if (!subscriber.closed) subscriber.next(event);
            },
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          });
        }),
      ['unsubscribes its source', 'stops a synchronous source', 'stops emitting when unsubscribed inside next'],
    ],
    'a source let go too late to stop a synchronous one': [
      () => (source) =>
        new Observable((subscriber) =>
          source.subscribe({
            next: (event) => subscriber.next(event),
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        ),
      ['stops a synchronous source'],
    ],
    'a start that resets nothing': [
      () => (source) =>
        source.pipe(
          scan((soFar, event) => (event.type === 'text_delta' ? soFar + event.delta : soFar), ''),
        ),
      ['resets on start'],
    ],
    'a start that leaves only the usage behind': [
      () => (source) =>
        defer(() => {
          let usage: unknown;
          return source.pipe(
            tap((event) => (usage = event.type === 'usage_report' ? event.report : usage)),
            map((event) => (event.type === 'done' ? usage : event)),
          );
        }),
      ['resets on start'],
    ],
    'a swallowed error': [
      () => (source) => source.pipe(catchError(() => EMPTY)),
      ['passes errors on'],
    ],
    'an error replaced by another': [
      () => (source) => source.pipe(catchError(() => throwError(() => new Error('the source failed')))),
      ['passes errors on'],
    ],
    'a CompletionError replaced by another of its code': [
      () => (source) =>
        source.pipe(
          catchError((error: unknown) =>
            throwError(() => (error instanceof CompletionError ? new CompletionError(error.code) : (error as Error))),
          ),
        ),
      ['passes errors on'],
    ],
    'what is held released at an error': [
      () => (source) => source.pipe(catchError((error: unknown) => of('held').pipe(concatWith(throwError(() => error as Error))))),
      ['releases nothing it holds when its source fails'],
    ],
    'an end that never comes': [
      () => (source) => source.pipe(concatWith(NEVER)),
      [
        'is fresh after a subscription abandoned midway',
        'serves two sources at once',
        'completes when its source completes',
        'stops emitting when unsubscribed inside next',
        'resets on start',
      ],
    ],
    'a failure at the end': [
      () => (source) => source.pipe(concatWith(throwError(() => new Error('too short')))),
      ['completes when its source completes'],
    ],
    'outputs after the consumer has left': [
      () => (source) =>
        new Observable((subscriber) => {
          subscriber.add(
            source.subscribe({
              next: (event) => {
                subscriber.next(event);
                subscriber.next(event);
              },
              error: (error: unknown) => subscriber.error(error),
              complete: () => subscriber.complete(),
            }),
          );
        }),
      ['stops a synchronous source', 'stops emitting when unsubscribed inside next'],
    ],
  };

  it.each(Object.entries(broken))('%s', async (_, [build, laws]) => {
    expect(await brokenLaws(build, { settleMs: 20 })).toEqual(laws);
  });

  it('and says which law was broken, after what, with both outputs', async () => {
    const [failure] = await failures(() => (source) => source.pipe(scan((count) => count + 1, 0)));
    expect(failure).toEqual([
      'resets on start',
      expect.stringMatching(
        /^an operator resets on start: 1 events of an attempt changed the outputs of the next attempt of 22 events\nexpected: \[[^]+\nactual: {3}\[/,
      ),
    ]);
  });
});

describe('the operator contract is tried', () => {
  it('with the source given', async () => {
    const seen = new Set<string>();
    const source = [start(), text('a'), done()];
    expect(await brokenLaws(() => tap((event) => seen.add(event.type)), { source })).toEqual([]);
    expect([...seen].sort()).toEqual(['done', 'start', 'text_delta']);
  });

  it('and wants that source to begin with a start', async () => {
    const found = await failures(() => (source) => source, { source: [text('a'), done()] });
    expect(found).toEqual([['resets on start', expect.stringContaining('does not begin with a start event')]]);
  });

  it('on what is comparable of the outputs', async () => {
    let clock = 0;
    const stamp = (): Operator => map((event) => ({ type: event.type, at: clock++ }));
    const comparable = (outputs: readonly unknown[]): unknown => outputs.map((output) => (output as StreamEvent).type);
    expect(await brokenLaws(stamp)).not.toEqual([]);
    expect(await brokenLaws(stamp, { comparable })).toEqual([]);
  });

  it('without the laws excepted', () => {
    const names = operatorContract(() => (source) => source, { except: ['is cold'] }).map(({ name }) => name);
    expect(names).toHaveLength(9);
    expect(names).not.toContain('is cold');
  });
});
