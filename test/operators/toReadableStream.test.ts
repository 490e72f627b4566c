import { concat, NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { CompletionError, type StreamEvent } from 'rx-completions';
import { accumulateText, toReadableStream } from 'rx-completions/operators';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { start, text } from '../support/events.ts';
import { pacedSource } from '../support/pacedSource.ts';

/** A stream asks for its first value a moment after its reader. */
const asked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('toReadableStream', () => {
  it('gives what the source emits, in order, and closes with it', async () => {
    const reader = toReadableStream()(of(1, 2)).getReader();
    expect(await reader.read()).toEqual({ done: false, value: 1 });
    expect(await reader.read()).toEqual({ done: false, value: 2 });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
  });

  it('goes through other streams', async () => {
    const texts = of(start(), text('Grü'), text('ße')).pipe(accumulateText());
    const bytes = toReadableStream()(texts).pipeThrough(new TextEncoderStream());
    expect(await new Response(bytes).text()).toBe('GrüGrüße');
  });

  it('subscribes at the first read', async () => {
    let subscribed = 0;
    const source = new Observable<number>((subscriber) => {
      subscriber.next(++subscribed);
      subscriber.complete();
    });
    const reader = toReadableStream()(source).getReader();
    await asked();
    expect(subscribed).toBe(0);
    await reader.read();
    expect(subscribed).toBe(1);
  });

  it('unsubscribes when it is cancelled, also while a read waits', async () => {
    const source = new Subject<number>();
    const reader = toReadableStream()(source).getReader();
    const read = reader.read();
    await asked();
    expect(source.observed).toBe(true);
    await reader.cancel();
    expect(source.observed).toBe(false);
    expect(await read).toEqual({ done: true, value: undefined });
  });

  it('never subscribes when it is cancelled before a read', async () => {
    const source = new Subject<number>();
    const stream = toReadableStream()(source);
    await stream.cancel();
    expect(source.observed).toBe(false);
  });

  it('fails with the source, behind the values that came before', async () => {
    const failing = concat(of(1, 2), throwError(() => new CompletionError('truncated')));
    const reader = toReadableStream()(failing).getReader();
    expect([await reader.read(), await reader.read()]).toEqual([1, 2].map((value) => ({ done: false, value })));
    await expect(reader.read()).rejects.toMatchObject({ code: 'truncated' });
  });

  it('T-BP-03: makes the source wait for a slow reader, and lets it go on', async () => {
    const source = pacedSource<number>();
    const reader = toReadableStream({ highWaterMark: 2 })(source.values).getReader();
    const first = reader.read();
    await asked();
    source.emit(0, 1, 2, 3);
    expect((await first).value).toBe(0);
    expect(source.holds).toBe(1);
    await reader.read();
    expect(source.holds).toBe(1);
    await reader.read();
    expect(source.holds).toBe(0);
  });

  it('with coalesce, joins the pieces that nobody had time for', async () => {
    const source = pacedSource<StreamEvent>();
    const reader = toReadableStream({ coalesce: true })(source.values).getReader();
    const first = reader.read();
    await asked();
    source.emit(start(), text('a'), text('b'));
    await first;
    expect((await reader.read()).value).toEqual(text('ab'));
  });

  it('refuses options that would pass in silence', () => {
    expect(() => toReadableStream({ highWaterMark: -1 })).toThrow('`highWaterMark` of `toReadableStream` must be a number of at least 0');
    expect(() => toReadableStream({ highWaterMark: NaN })).toThrow('at least 0');
    // @ts-expect-error: no such option
    expect(() => toReadableStream({ highWaterMar: 1 })).toThrow('did you mean `highWaterMark`?');
  });

  it('infers what it streams', () => {
    expectTypeOf(toReadableStream()(NEVER)).toEqualTypeOf<ReadableStream<never>>();
    expectTypeOf(toReadableStream()(of(text('a')).pipe(accumulateText()))).toEqualTypeOf<ReadableStream<string>>();
    // @ts-expect-error: a mark is a number
    expect(() => toReadableStream({ highWaterMark: 'high' })).toThrow('must be a number');
  });
});
