import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { CompletionError, streamOpenAICompletions, type CallOptions, type CompletionErrorCode, type StreamEvent } from 'rx-completions';
import { verifyEvents } from 'rx-completions/operators';
import { arbitraries, chunk, comment, frame, streamOf, usageReport } from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { hello, modelAt, textIn, turns, until } from './support.ts';

/** For how long programs are tried, where it is not for a thousand of them; `FUZZ_SEED` repeats a run. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0);
const SEED = process.env['FUZZ_SEED'];

type Ending = 'complete' | CompletionErrorCode;

/** What must have come of an answer so far, by the rules and without a look at bytes. */
interface Model {
  text: string;
  /** A choice has come up. */
  responded: boolean;
  finished: boolean;
  left: boolean;
  ending: Ending | undefined;
  /** Something came that no rule foretells: from here on only what holds of every answer is held to. */
  wild: boolean;
}

interface Handler {
  onRequestStart(controller: object, context: object): void;
  onResponseStart(controller: object, status: number, headers: object, phrase: string): void;
  onResponseData(controller: object, bytes: Uint8Array): void;
  onResponseEnd(controller: object, trailers: object): void;
  onResponseError(controller: object, error: Error): void;
}

/** As an endpoint sends it whose body may be paused. */
const HEAD = { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' };

/** One subscription to a call whose network is in the hands of the test. */
class Real {
  readonly events: StreamEvent[] = [];
  readonly endings: Ending[] = [];
  readonly #subscription: Subscription;
  #handler: Handler | undefined;
  #settled = false;
  #aborted = false;
  #paused = false;
  readonly #controller = {
    abort: () => (this.#aborted = true),
    pause: () => (this.#paused = true),
    resume: () => (this.#paused = false),
  };

  constructor(options: CallOptions) {
    const dispatcher = {
      dispatch: (_options: object, handler: object) => {
        this.#handler = handler as Handler;
        this.#handler.onRequestStart(this.#controller, {});
        this.#handler.onResponseStart(this.#controller, 200, HEAD, 'OK');
        return true;
      },
    };
    this.#subscription = streamOpenAICompletions(modelAt({ baseUrl: 'http://localhost/v1' }), hello, { ...options, dispatcher })
      .pipe(verifyEvents())
      .subscribe({
        next: (event) => this.events.push(event),
        error: (error: unknown) => {
          if (!(error instanceof CompletionError)) throw error;
          this.endings.push(error.code);
        },
        complete: () => this.endings.push('complete'),
      });
  }

  get isFreed(): boolean {
    return this.#settled || this.#aborted;
  }

  receive(bytes: Uint8Array): void {
    if (!this.#gone()) this.#handler?.onResponseData(this.#controller, bytes);
  }

  end(): void {
    if (this.#gone()) return;
    this.#settled = true;
    this.#handler?.onResponseEnd(this.#controller, {});
  }

  reset(): void {
    if (this.#gone()) return;
    this.#settled = true;
    this.#handler?.onResponseError(this.#controller, Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  }

  leave(): void {
    this.#subscription.unsubscribe();
  }

  /** Resolves once all that came has been read: on a busy machine that may take some turns. */
  async caughtUp(): Promise<void> {
    await until(() => !this.#paused || this.endings.length > 0 || this.#subscription.closed);
  }

  /** An aborted request brings nothing more. */
  #gone(): boolean {
    return this.#settled || this.#aborted;
  }
}

const check = (model: Model, real: Real): void => {
  expect(real.endings.length).toBeLessThanOrEqual(1);
  const last = real.events.at(-1)?.type;
  if (real.endings[0] === 'complete') expect(last).toBe('done');
  else expect(last).not.toBe('done');
  if (model.wild) return;
  expect(textIn(real.events)).toBe(model.text);
  expect(real.endings[0]).toBe(model.ending);
};

let steps = 0;

/** A step of a program: what it does to the answer, and what the rules say of it while the answer is running. */
const step = (name: string, act: (real: Real) => void, foretell: (model: Model) => void): fc.AsyncCommand<Model, Real> => ({
  check: () => true,
  run: async (model, real) => {
    const before = real.events.length;
    const wasOver = model.left || real.endings.length > 0;
    steps += 1;
    act(real);
    await real.caughtUp();
    if (!wasOver) foretell(model);
    else expect(real.events.length).toBe(before);
    check(model, real);
  },
  toString: () => name,
});

const { cuts, texts } = arbitraries(fc);

/** Bytes of the body, in any pieces. */
const bytesStep = (name: string, bytes: Uint8Array, foretell: (model: Model) => void): fc.Arbitrary<fc.AsyncCommand<Model, Real>> =>
  cuts(bytes).map((pieces) =>
    step(
      name,
      (real) => {
        for (const piece of pieces) real.receive(piece);
      },
      foretell,
    ),
  );

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const withLineEnds = (text: string): fc.Arbitrary<string> => fc.constantFrom('\n', '\r\n', '\r').map((end) => text.replaceAll('\n', end));

const said = (
  name: string,
  text: fc.Arbitrary<readonly [text: string, foretell: (model: Model) => void]>,
): fc.Arbitrary<fc.AsyncCommand<Model, Real>> =>
  text.chain(([plain, foretell]) =>
    withLineEnds(plain).chain((written) => bytesStep(`${name} ${JSON.stringify(written)}`, utf8(written), foretell)),
  );

const nothing = (): void => undefined;
const failing =
  (code: CompletionErrorCode) =>
  (model: Model): void => {
    model.ending = code;
  };
const answering =
  (change: (model: Model) => void) =>
  (model: Model): void => {
    model.responded = true;
    change(model);
  };
const wild = (model: Model): void => {
  model.wild = true;
};

const concluded = (model: Model): void => {
  model.ending = model.text !== '' || model.finished ? 'complete' : 'empty_response';
};

const STEPS: readonly fc.Arbitrary<fc.AsyncCommand<Model, Real>>[] = [
  said(
    'text',
    texts()
      .filter((text) => text !== '')
      .map((text) => [frame(chunk({ text })), answering((model) => (model.text += text))] as const),
  ),
  said('role', fc.constant([frame(chunk({ role: 'assistant' })), answering(nothing)] as const)),
  said(
    'finish',
    fc.constantFrom('stop', 'length', 'content_filter').map((finish) => [frame(chunk({ finish })), answering((model) => (model.finished = true))] as const),
  ),
  said('usage', fc.constant([frame(chunk({ usage: usageReport({ input: 1, output: 2 }) })), nothing] as const)),
  said(
    'nothing',
    fc
      .constantFrom(comment('keepalive'), ':\n', '\n', '\n\n', 'retry: 10\n', 'id: 7\n', 'unknown: 1\n', 'data: no JSON\n\n', 'data: null\n\n', 'data:\n\n', 'event: ping\ndata: {}\n\n', 'data: {}\n\n')
      .map((text) => [text, nothing] as const),
  ),
  said('damaged', fc.constantFrom('data: {"choices":\n\n', 'data: [{\n\n', 'data: [DONE]x\n\n').map((text) => [text, failing('bad_frame')] as const)),
  said(
    'error',
    fc
      .constantFrom<readonly [string, CompletionErrorCode]>(
        [frame({ error: { message: 'no' } }), 'provider_error'],
        [frame({ error: 'no' }), 'provider_error'],
        [frame({ error: { code: 429, message: 'slow down' } }), 'rate_limit'],
        ['event: error\ndata: no\n\n', 'provider_error'],
        [frame({ choices: [{ index: 0, delta: {}, finish_reason: 'error' }] }), 'provider_error'],
      )
      .map(([text, code]) => [text, failing(code)] as const),
  ),
  said('done', fc.constant(['data: [DONE]\n\n', concluded] as const)),
  said('done', fc.constant(['data: [DONE]\n\n', concluded] as const)),
  fc.uint8Array({ maxLength: 40 }).chain((bytes) => bytesStep(`bytes ${Buffer.from(bytes).toString('hex')}`, bytes, wild)),
  fc
    .tuple(fc.constantFrom(frame(chunk({ text: 'cut' })), streamOf(chunk({ text: 'a', finish: 'stop' })), '{"choices":[]}', '<html>'), fc.nat(), fc.nat(255))
    .chain(([whole, at, byte]) => {
      const bytes = Uint8Array.from(typeof whole === 'string' ? utf8(whole) : whole);
      bytes[at % bytes.length] = byte;
      return bytesStep(`mutated ${Buffer.from(bytes).toString('latin1')}`, bytes, wild);
    }),
  fc.constant(
    step('end', (real) => real.end(), (model) => {
      model.ending = model.finished ? 'complete' : model.responded ? 'truncated' : 'empty_response';
    }),
  ),
  fc.constant(
    step('reset', (real) => real.reset(), (model) => {
      model.ending = model.finished ? 'complete' : 'connection_lost';
    }),
  ),
  fc.constant(
    step('leave', (real) => real.leave(), (model) => {
      model.left = true;
    }),
  ),
];

describe('the byte path', () => {
  let programs = 0;
  it('holds to its rules in any program of frames, garbage, faults and endings, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands([...STEPS], { maxCommands: 30, size: 'max' }), fc.constantFrom<CallOptions>({}, { includeHeartbeats: true, includeRaw: true }), async (program, options) => {
        programs += 1;
        const model: Model = { text: '', responded: false, finished: false, left: false, ending: undefined, wild: false };
        const real = new Real({ apiKey: null, ...options });
        await fc.asyncModelRun(() => ({ model, real }), program);
        const told = real.events.length;
        const isEnded = model.left || real.endings.length > 0;
        await turns(2);
        if (isEnded) expect([real.isFreed, real.events.length]).toEqual([true, told]);
        real.leave();
        await turns(1);
        expect(real.isFreed).toBe(true);
      }),
      {
        ...(SECONDS === 0 ? { numRuns: 1000 } : { numRuns: 1e9, interruptAfterTimeLimit: 1000 * SECONDS }),
        ...(SEED !== undefined && { seed: Number(SEED) }),
      },
    );
    if (SECONDS > 0) console.log(`${programs} programs, ${steps} steps`);
  }, 20_000 + 2_000 * SECONDS);
});
