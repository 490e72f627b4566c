import { streamOpenAICompletions } from 'rx-completions';
import { filter, take, takeWhile, type Subscription } from 'rxjs';
import { expect, it } from 'vitest';
import { describeServer, eventsOf, failureOf, hello, modelAt, noThought, urlOf } from './support.ts';

/** An answer that takes more than a minute. */
const endless = { maxTokens: 3000, extraBody: { ...noThought, ignore_eos: true } };

/** How long a server may go on after its client has left. */
const SOON_MS = 1000;

/** How many answers the server is making. */
const busySlots = async (): Promise<number> => {
  const response = await fetch(urlOf('slow').replace(/v1$/, 'slots'));
  const slots = (await response.json()) as readonly { readonly is_processing: boolean }[];
  return slots.filter((slot) => slot.is_processing).length;
};

/** How long it takes until the server rests; it is asked again and again, without a pause. */
const restsAfter = async (): Promise<number> => {
  const began = performance.now();
  while ((await busySlots()) > 0) {
    if (performance.now() - began > 10_000) throw new Error('the server is still at work');
  }
  return performance.now() - began;
};

describeServer('a real server in mid-answer', () => {
  it('stops when its consumer unsubscribes', async () => {
    let subscription: Subscription | undefined;
    await new Promise<void>((resolve, reject) => {
      subscription = streamOpenAICompletions(modelAt(urlOf('slow')), hello, endless)
        .pipe(filter(({ type }) => type === 'text_delta'))
        .subscribe({ next: () => resolve(), error: reject });
    });
    expect(await busySlots()).toBe(1);
    subscription?.unsubscribe();
    expect(await restsAfter()).toBeLessThan(SOON_MS);
  });

  it('stops when enough has been taken', async () => {
    const call = streamOpenAICompletions(modelAt(urlOf('slow')), hello, endless);
    await eventsOf(call.pipe(filter(({ type }) => type === 'text_delta'), take(1)));
    expect(await restsAfter()).toBeLessThan(SOON_MS);
  });

  it('stops when a signal aborts the call, which fails', async () => {
    const controller = new AbortController();
    let busy: Promise<number> | undefined;
    const call = streamOpenAICompletions(modelAt(urlOf('slow')), hello, { ...endless, signal: controller.signal });
    const tapped = call.pipe(
      filter(({ type }) => {
        if (type === 'text_delta') busy ??= busySlots().finally(() => controller.abort());
        return true;
      }),
    );
    expect(await failureOf(tapped)).toMatchObject({ code: 'aborted', phase: 'body', committed: true, retryable: false });
    expect(await busy).toBe(1);
    expect(await restsAfter()).toBeLessThan(SOON_MS);
  });

  it('sends keep-alives while it reads a long prompt, which are events when asked for', async () => {
    const context = { messages: [{ role: 'user', content: 'word '.repeat(3900) }] } as const;
    const call = streamOpenAICompletions(modelAt(urlOf('slow')), context, { ...endless, includeHeartbeats: true });
    const events = await eventsOf(call.pipe(takeWhile(({ type }) => type !== 'heartbeat', true)));
    expect(events.at(-1)).toMatchObject({ type: 'heartbeat' });
    expect(events.map(({ type }) => type)).not.toContain('text_delta');
    // It reads the piece of the prompt that it has begun.
    await restsAfter();
  });
});
