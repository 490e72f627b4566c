import { filter, finalize, map, share, shareReplay, take, tap, UnsubscriptionError } from 'rxjs';
import { streamOpenAICompletions, type StreamEvent } from 'rx-completions';
import { accumulateText, assembleToolCalls, normalizeUsage, stripThink } from 'rx-completions/operators';
import { chunk, script } from 'rx-completions/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTo, deferred, endpointOf, hello, modelAt, outcomeOf, turns, until } from './support.ts';

/** What rxjs reports outside of every subscription, which ends a process that has no such listener. */
const uncaught: unknown[] = [];
const runnersOwn: NodeJS.UncaughtExceptionListener[] = [];
const rejections: unknown[] = [];
const onUncaught = (error: unknown): void => void uncaught.push(error);
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(() => {
  uncaught.length = rejections.length = 0;
  runnersOwn.push(...process.listeners('uncaughtException'));
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onRejection);
});

afterEach(() => {
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onRejection);
  for (const listener of runnersOwn.splice(0)) process.on('uncaughtException', listener);
  expect(rejections).toEqual([]);
});

const speaking = script().data(chunk({ text: 'Hello' }));
const isText = (event: StreamEvent): boolean => event.type === 'text_delta';

describe('a call that several share', () => {
  it('fault 101: by share is one request, whose socket closes when the last of them leaves', async () => {
    const endpoint = await endpointOf(speaking.stall());
    const shared = callTo(endpoint).pipe(share());
    const seen: string[] = [];
    const first = shared.subscribe(({ type }) => seen.push(`first ${type}`));
    const second = shared.subscribe(({ type }) => seen.push(`second ${type}`));
    await until(() => seen.includes('second text_delta'));
    first.unsubscribe();
    await turns(5);
    expect([endpoint.requests.length, endpoint.openSockets]).toEqual([1, 1]);
    second.unsubscribe();
    await endpoint.closed();
  });

  it('fault 101: by share is asked again by whoever comes after it has ended', async () => {
    const endpoint = await endpointOf(speaking.data(chunk({ finish: 'stop' })).done());
    const shared = callTo(endpoint).pipe(share({ resetOnRefCountZero: true }));
    expect((await outcomeOf(shared)).values.filter(isText)).toHaveLength(1);
    expect((await outcomeOf(shared)).values.filter(isText)).toHaveLength(1);
    expect(endpoint.requests.length).toBe(2);
  });

  it('fault 101: by shareReplay goes on when nobody listens any more, unless it counts references', async () => {
    const kept = await endpointOf(speaking.stall());
    // eslint-disable-next-line rxjs-x/no-sharereplay -- what it does to a socket is what is shown
    await outcomeOf(callTo(kept).pipe(shareReplay(1), take(1)));
    const freed = await endpointOf(speaking.stall());
    await outcomeOf(callTo(freed).pipe(shareReplay({ bufferSize: 1, refCount: true }), take(1)));
    await freed.closed();
    expect(kept.openSockets).toBe(1);
  });
});

describe('code of the user that throws', () => {
  it('fault 102: in an operator is an error notification with what was thrown, and the socket closes', async () => {
    const endpoint = await endpointOf(speaking.expectClosed());
    const thrown = new Error('mine');
    const broken = callTo(endpoint).pipe(
      stripThink(),
      map((event): StreamEvent => {
        if (isText(event)) throw thrown;
        return event;
      }),
      assembleToolCalls(),
      normalizeUsage(),
    );
    const { error } = await outcomeOf(broken);
    expect(error).toBe(thrown);
    await endpoint.verify();
    expect(uncaught).toEqual([]);
  });

  it('fault 103: in next is reported outside, as rxjs does it, and the call goes on to its end', async () => {
    const endpoint = await endpointOf(speaking.data(chunk({ text: ' you', finish: 'stop' })).done());
    const thrown = new Error('mine');
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      callTo(endpoint).subscribe({
        next: (event) => {
          seen.push(event.type);
          if (event.type === 'text_delta') throw thrown;
        },
        complete: resolve,
      });
    });
    await until(() => uncaught.length === 2);
    expect(uncaught).toEqual([thrown, thrown]);
    expect(seen).toEqual(['start', 'response', 'text_delta', 'text_delta', 'finish', 'done']);
  });

  it('fault 103: in tap in place of next is an error notification, and the socket closes', async () => {
    const endpoint = await endpointOf(speaking.expectClosed());
    const thrown = new Error('mine');
    const broken = callTo(endpoint).pipe(
      tap((event) => {
        if (isText(event)) throw thrown;
      }),
    );
    expect((await outcomeOf(broken)).error).toBe(thrown);
    await endpoint.verify();
    expect(uncaught).toEqual([]);
  });

  it('fault 103: in the handler of a failure is reported outside and leaves no socket', async () => {
    const endpoint = await endpointOf(speaking.reset());
    const thrown = new Error('mine');
    callTo(endpoint).subscribe({
      error: () => {
        throw thrown;
      },
    });
    await until(() => uncaught.length === 1);
    expect(uncaught).toEqual([thrown]);
    await endpoint.closed();
  });

  it('fault 106: in a teardown is reported to whoever unsubscribes, and the socket closes all the same', async () => {
    const endpoint = await endpointOf(speaking.expectClosed());
    const fail = (): never => {
      throw new Error('mine');
    };
    const seen = deferred();
    const subscription = callTo(endpoint)
      .pipe(finalize(fail), filter(isText), finalize(fail))
      .subscribe(() => seen.resolve());
    await seen.promise;
    expect(() => subscription.unsubscribe()).toThrow(UnsubscriptionError);
    await endpoint.verify();
    expect(uncaught).toEqual([]);
  });

  it('fault 106: in a teardown after the end takes nothing of the answer away', async () => {
    const endpoint = await endpointOf(speaking.data(chunk({ finish: 'stop' })).done());
    const thrown = new Error('mine');
    // With no operator between: one that completes within its own next keeps such an error to itself.
    const { values } = await outcomeOf(
      streamOpenAICompletions(modelAt(endpoint), hello).pipe(
        finalize(() => {
          throw thrown;
        }),
      ),
    );
    expect(values.at(-1)).toMatchObject({ type: 'done' });
    await until(() => uncaught.length === 1);
    expect(uncaught).toMatchObject([{ name: 'UnsubscriptionError', errors: [thrown] }]);
    await endpoint.closed();
  });
});

describe('a consumer that leaves', () => {
  it('T-AB-02: after the first piece of the body closes the socket, and after the tenth', async () => {
    for (const count of [1, 10]) {
      let body = script();
      for (let piece = 0; piece < count; piece++) body = body.data(chunk({ text: `${piece} ` }));
      const endpoint = await endpointOf(body.expectClosed());
      const { values } = await outcomeOf(callTo(endpoint).pipe(accumulateText(), take(count)));
      expect(values).toHaveLength(count);
      await endpoint.verify();
    }
  });
});
