import fc from 'fast-check';
import { from, map, merge, NEVER, Observable, of, pipe, share, Subject, take, throwError, concat } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { accumulateText, stripThink, toAsyncIterable } from 'rx-completions/operators';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { done, finish, start, text, toolDelta } from '../support/events.ts';
import { pacedSource } from '../support/pacedSource.ts';

const taken = async <T>(values: AsyncIterable<T>): Promise<T[]> => {
  const seen: T[] = [];
  for await (const value of values) seen.push(value);
  return seen;
};

const iteratorOf = <T>(values: AsyncIterable<T>): Required<AsyncIterator<T>> => values[Symbol.asyncIterator]() as Required<AsyncIterator<T>>;

const END = { done: true, value: undefined };

describe('toAsyncIterable', () => {
  it('gives what the source emits, in order, and ends with it', async () => {
    expect(await taken(toAsyncIterable()(of(1, 2, 3)))).toEqual([1, 2, 3]);
    expect(await taken(toAsyncIterable()([]))).toEqual([]);
    expect(await taken(toAsyncIterable()(Promise.resolve('one')))).toEqual(['one']);
  });

  it('subscribes once for each iteration, when the first value is asked for', async () => {
    let subscribed = 0;
    const values = toAsyncIterable()(
      new Observable<number>((subscriber) => {
        subscriber.next(++subscribed);
        subscriber.complete();
      }),
    );
    const iterator = iteratorOf(values);
    expect(subscribed).toBe(0);
    expect([await iterator.next(), await iterator.next(), await iterator.next()]).toEqual([{ done: false, value: 1 }, END, END]);
    expect(await taken(values)).toEqual([2]);
  });

  it('never subscribes for one who leaves before the first value', async () => {
    const source = new Subject<number>();
    const iterator = iteratorOf(toAsyncIterable()(source));
    await iterator.return();
    expect(await iterator.next()).toEqual(END);
    expect(source.observed).toBe(false);
  });

  it('unsubscribes when the loop is left', async () => {
    let left = 0;
    const endless = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.next(2);
      return () => left++;
    });
    for await (const value of toAsyncIterable()(endless)) if (value === 1) break;
    expect(left).toBe(1);
    const loop = async (): Promise<void> => {
      for await (const value of toAsyncIterable()(endless)) throw new Error(`thrown at ${value}`);
    };
    await expect(loop()).rejects.toThrow('thrown at 1');
    expect(left).toBe(2);
    const first = async (): Promise<number> => {
      for await (const value of toAsyncIterable()(endless)) return value;
      return 0;
    };
    expect(await first()).toBe(1);
    expect(left).toBe(3);
  });

  it('throws an error behind the values that came before it, once', async () => {
    const failing = concat(of(1, 2), throwError(() => new CompletionError('truncated')));
    const iterator = iteratorOf(toAsyncIterable()(failing));
    expect([await iterator.next(), await iterator.next()]).toEqual([1, 2].map((value) => ({ done: false, value })));
    await expect(iterator.next()).rejects.toMatchObject({ code: 'truncated' });
    expect(await iterator.next()).toEqual(END);
  });

  it('answers requests in the order they came', async () => {
    const source = new Subject<number>();
    const iterator = iteratorOf(toAsyncIterable()(source));
    const requests = [1, 2, 3, 4].map(() => iterator.next());
    for (const value of [1, 2, 3]) source.next(value);
    source.complete();
    expect(await Promise.all(requests)).toEqual([...[1, 2, 3].map((value) => ({ done: false, value })), END]);
  });

  it('tells an error to the first of several who wait, and the end to the others', async () => {
    const source = new Subject<number>();
    const iterator = iteratorOf(toAsyncIterable()(source));
    const requests = [iterator.next(), iterator.next()];
    source.error(new Error('gone'));
    expect(await Promise.allSettled(requests)).toMatchObject([{ reason: { message: 'gone' } }, { value: END }]);
  });

  it('ends the requests of one who leaves while waiting', async () => {
    const iterator = iteratorOf(toAsyncIterable()(NEVER));
    const request = iterator.next();
    expect(await iterator.return()).toEqual(END);
    expect(await request).toEqual(END);
  });

  it('unsubscribes for one who leaves while it subscribes', async () => {
    let left = 0;
    const source = new Observable<number>((subscriber) => {
      void iterator.return();
      subscriber.next(1);
      return () => left++;
    });
    const iterator = iteratorOf(toAsyncIterable()(source));
    expect(await iterator.next()).toEqual(END);
    expect(left).toBe(1);
  });

  it('throws what is thrown into it, and unsubscribes', async () => {
    const source = new Subject<number>();
    const iterator = iteratorOf(toAsyncIterable()(source));
    const request = iterator.next();
    await expect(iterator.throw(new Error('mine'))).rejects.toThrow('mine');
    expect(source.observed).toBe(false);
    expect(await request).toEqual(END);
  });

  it('T-BP-03: makes the source wait while more than highWaterMark wait, until half of them are taken', async () => {
    const source = pacedSource<number>();
    const iterator = iteratorOf(toAsyncIterable({ highWaterMark: 4 })(source.values));
    const first = iterator.next();
    source.emit(0, 1, 2, 3, 4);
    expect(source.holds).toBe(0);
    source.emit(5);
    expect(source.holds).toBe(1);
    // The rest of a read.
    source.emit(6, 7);
    expect(source.holds).toBe(1);
    await first;
    for (let value = 1; value <= 4; value++) expect(await iterator.next()).toEqual({ done: false, value });
    expect(source.holds).toBe(1);
    await iterator.next();
    expect(source.holds).toBe(0);
  });

  it('T-BP-03: finds the source behind any operators that hand events on as they come', async () => {
    const source = pacedSource<StreamEvent>();
    const shared = new Subject<string>();
    const texts = merge(source.values, NEVER).pipe(stripThink(), accumulateText(), map((shown) => shown.length));
    texts.subscribe((length) => shared.next(`${length}`));
    const iterator = iteratorOf(toAsyncIterable({ highWaterMark: 1 })(shared));
    const first = iterator.next();
    source.emit(start(), text('a'), text('b'), text('c'));
    expect(await first).toEqual({ done: false, value: '1' });
    expect(source.holds).toBe(1);
    await iterator.next();
    await iterator.next();
    expect(source.holds).toBe(0);
  });

  it('makes each of several sources wait, and lets all go on', async () => {
    const sources = [pacedSource<number>(), pacedSource<number>()] as const;
    const iterator = iteratorOf(toAsyncIterable({ highWaterMark: 0 })(merge(...sources.map(({ values }) => values))));
    const first = iterator.next();
    sources[0].emit(1, 2);
    sources[1].emit(3);
    expect(sources.map(({ holds }) => holds)).toEqual([1, 1]);
    await first;
    await iterator.next();
    await iterator.next();
    expect(sources.map(({ holds }) => holds)).toEqual([0, 0]);
  });

  it('lets go what it made wait when it is left', async () => {
    const source = pacedSource<number>();
    const iterator = iteratorOf(toAsyncIterable({ highWaterMark: 0 })(source.values));
    const first = iterator.next();
    source.emit(1, 2);
    await first;
    expect(source.holds).toBe(1);
    await iterator.return();
    expect(source.holds).toBe(0);
  });

  it.each(['completes', 'fails'])('lets go what it made wait when its source %s, however much of it is still to be read', async (how) => {
    const source = pacedSource<number>();
    const end = new Subject<never>();
    const iterator = iteratorOf(toAsyncIterable({ highWaterMark: 2 })(merge(source.values, end).pipe(take(6))));
    const first = iterator.next();
    source.emit(0, 1, 2, 3, 4);
    await first;
    expect(source.holds).toBe(1);
    if (how === 'completes') source.emit(5);
    else end.error(new Error('gone'));
    expect(source.holds).toBe(0);
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
  });

  it('does not keep back another reader of a shared source once its own part is over', async () => {
    const source = pacedSource<number>();
    const shared = source.values.pipe(share());
    const some = iteratorOf(toAsyncIterable({ highWaterMark: 2 })(shared.pipe(take(6))));
    const all = iteratorOf(toAsyncIterable({ highWaterMark: 2 })(shared));
    const firsts = [some.next(), all.next()];
    source.emit(0, 1, 2, 3, 4, 5, 6);
    await Promise.all(firsts);
    for (let value = 1; value <= 6; value++) expect(await all.next()).toEqual({ done: false, value });
    expect(source.holds).toBe(0);
  });

  it('holds all of a source that cannot wait, and gives it in linear time', async () => {
    const many = 200_000;
    const numbers = Array.from({ length: many }, (_, at) => at);
    let inOrder = 0;
    const began = performance.now();
    for await (const value of toAsyncIterable({ highWaterMark: 1 })(from(numbers))) if (value === inOrder) inOrder++;
    expect(inOrder).toBe(many);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('with coalesce, joins the pieces that nobody had time for', async () => {
    const source = pacedSource<StreamEvent>();
    const iterator = iteratorOf(toAsyncIterable({ coalesce: true })(source.values));
    const first = iterator.next();
    source.emit(start(), text('a'), text('b'));
    await first;
    source.emit(text('c'), toolDelta({ index: 0 }, '{'), toolDelta({ index: 0 }, '}'), finish(), done());
    source.complete();
    const events: StreamEvent[] = [];
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) events.push(next.value);
    expect(events).toEqual([text('abc'), toolDelta({ index: 0 }, '{}'), finish(), done()]);
  });

  it('with coalesce, joins nothing to what has been taken', async () => {
    const source = pacedSource<StreamEvent>();
    const iterator = iteratorOf(toAsyncIterable({ coalesce: true })(source.values));
    const first = iterator.next();
    source.emit(text('a'), text('b'), text('c'));
    await first;
    const second = await iterator.next();
    source.emit(text('d'));
    expect([second.value, (await iterator.next()).value]).toEqual([text('bc'), text('d')]);
  });

  it('with coalesce, makes the source wait by what came, however little it was joined to', async () => {
    const source = pacedSource<StreamEvent>();
    const iterator = iteratorOf(toAsyncIterable({ coalesce: true, highWaterMark: 3 })(source.values));
    const first = iterator.next();
    source.emit(start(), text('a'), text('b'), text('c'), text('d'));
    await first;
    expect(source.holds).toBe(1);
    await iterator.next();
    expect(source.holds).toBe(0);
  });

  it('law of conservation: every value comes once and in order, however emitting and taking take turns', async () => {
    const steps = fc.array(fc.oneof(fc.nat({ max: 9 }).map((emit) => ({ emit })), fc.constant({ emit: undefined })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat({ max: 12 }), fc.boolean(), async (script, highWaterMark, fails) => {
        const source = pacedSource<number>();
        const iterator = iteratorOf(toAsyncIterable({ highWaterMark })(source.values));
        const requests = [iterator.next()];
        let sent = 0;
        for (const { emit } of script) {
          if (emit === undefined) requests.push(iterator.next());
          // A source that is made to wait brings nothing more.
          else if (source.holds === 0) source.emit(...Array.from({ length: emit }, () => sent++));
          // Bounded by the mark and one read.
          expect(sent - requests.length).toBeLessThanOrEqual(highWaterMark + 9);
          expect(source.holds).toBeLessThanOrEqual(1);
        }
        if (fails) source.fail(new Error('gone'));
        else source.complete();
        while (requests.length <= sent) requests.push(iterator.next());
        const results = await Promise.allSettled(requests);
        expect(results.slice(0, sent)).toEqual(Array.from({ length: sent }, (_, value) => ({ status: 'fulfilled', value: { done: false, value } })));
        expect(results[sent]?.status).toBe(fails ? 'rejected' : 'fulfilled');
        expect(source.holds).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses options that would pass in silence', () => {
    expect(() => toAsyncIterable({ highWaterMark: -1 })).toThrow('`highWaterMark` of `toAsyncIterable` must be a number of at least 0');
    expect(() => toAsyncIterable({ highWaterMark: NaN })).toThrow('at least 0');
    // @ts-expect-error: no such option
    expect(() => toAsyncIterable({ highWaterMar: 1 })).toThrow('did you mean `highWaterMark`?');
  });

  it('infers what it iterates over', () => {
    const events: Observable<StreamEvent> = of(text('a'));
    expectTypeOf(toAsyncIterable()(events)).toEqualTypeOf<AsyncIterable<StreamEvent>>();
    expectTypeOf(toAsyncIterable()(events.pipe(accumulateText()))).toEqualTypeOf<AsyncIterable<string>>();
    expectTypeOf(pipe(stripThink(), toAsyncIterable())(events)).toEqualTypeOf<AsyncIterable<StreamEvent>>();
    // @ts-expect-error: a mark is a number
    expect(() => toAsyncIterable({ highWaterMark: 'high' })).toThrow('must be a number');
  });
});
