import { inspect } from 'node:util';
import { CompletionError, streamOpenAICompletions } from 'rx-completions';
import { accumulateText, fallbackEndpoints } from 'rx-completions/operators';
import { from, tap } from 'rxjs';
import { expect, it, onTestFinished } from 'vitest';
import { freePort, SERVER_KEY, startServer } from './realServers.ts';
import { answerOf, describeServer, eventsOf, exactly, failureOf, hello, modelAt, noThought, only, textOf, urlOf } from './support.ts';

/** A process that dies leaves it to its system how the connection ends: in good order, or with a reset. */
const LOST: unknown = expect.stringMatching(/^(truncated|connection_lost)$/);

const extraBody = { ...noThought, ...exactly('Here I am.') };

describeServer('a refusal of a real server', () => {
  it('of a wrong key is an auth error that does not repeat the key', async () => {
    const apiKey = 'sk-secret-8d1f0c57';
    const error = await failureOf(streamOpenAICompletions(modelAt(urlOf('locked')), hello, { apiKey }));
    expect(error).toBeInstanceOf(CompletionError);
    expect(error).toMatchObject({ code: 'auth', status: 401, phase: 'headers', retryable: false, committed: false });
    const shown = [String(error), inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), (error as Error).stack];
    for (const text of shown) expect(text).not.toContain('8d1f0c57');
  });

  it('of no key is one too, and the right key is let in', async () => {
    expect(await failureOf(streamOpenAICompletions(modelAt(urlOf('locked')), hello))).toMatchObject({ code: 'auth', status: 401 });
    const call = streamOpenAICompletions(modelAt(urlOf('locked')), hello, { apiKey: SERVER_KEY, extraBody });
    expect(await answerOf(call)).toBe('Here I am.');
  });

  it.each([
    ['messages that are none', { messages: 'none' }, /messages/],
    ['a temperature in words', { temperature: 'hot' }, /temperature/],
    ['a grammar that is none', { grammar: 'root ::= (' }, /grammar/],
  ])('of %s says what was wrong', async (_what, wrong, words) => {
    const error = await failureOf(streamOpenAICompletions(modelAt(urlOf('plain')), hello, { extraBody: wrong }));
    expect(error).toMatchObject({ code: 'http_status', status: 400, retryable: false });
    expect((error as CompletionError).providerError?.message).toMatch(words);
  });

  it('of a prompt that is too long is a context_length error', async () => {
    const context = { messages: [{ role: 'user', content: 'word '.repeat(6000) }] } as const;
    const error = await failureOf(streamOpenAICompletions(modelAt(urlOf('plain')), context));
    expect(error).toMatchObject({ code: 'context_length', status: 400, retryable: false, committed: false });
    expect(JSON.stringify(error)).not.toContain('word word');
  });
});

describeServer('a server that is not there', () => {
  it('is a connect error, or another server is asked', async () => {
    const dead = streamOpenAICompletions(modelAt(`http://127.0.0.1:${await freePort()}/v1`), hello);
    expect(await failureOf(dead)).toMatchObject({ code: 'connect', phase: 'connect', retryable: true });
    const alive = streamOpenAICompletions(modelAt(urlOf('plain')), hello, { extraBody });
    const events = await eventsOf(dead.pipe(fallbackEndpoints([alive])));
    expect(textOf(events)).toBe('Here I am.');
    expect(only(events, 'fallback')).toMatchObject([{ attempt: 2, discarded: false, error: { code: 'connect' } }]);
    expect(only(events, 'start')).toMatchObject([{ attempt: 2 }]);
    expect(events.at(-1)).toMatchObject({ type: 'done', attempts: 2 });
  });

  it('may be so from the middle of an answer on, and another server begins again', async () => {
    const doomed = await startServer([], { SLOW: '1' });
    onTestFinished(() => doomed.stop());
    let crashed = false;
    const endless = { extraBody: { ...noThought, ignore_eos: true }, maxTokens: 3000 };
    const crashing = streamOpenAICompletions(modelAt(doomed.baseUrl), hello, endless).pipe(
      tap(({ type }) => {
        if (type === 'text_delta' && !crashed) doomed.crash();
        crashed ||= type === 'text_delta';
      }),
    );
    const alive = streamOpenAICompletions(modelAt(urlOf('plain')), hello, { extraBody });
    const events = await eventsOf(crashing.pipe(fallbackEndpoints([alive], { onFailure: 'restart' })));
    expect(only(events, 'fallback')).toMatchObject([{ discarded: true, error: { code: LOST, committed: true } }]);
    const texts = await eventsOf(from(events).pipe(accumulateText()));
    expect(texts.at(-1)).toBe('Here I am.');
    expect(texts.filter((text) => text === '')).toHaveLength(1);
  });
});
