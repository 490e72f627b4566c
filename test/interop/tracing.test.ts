import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openAICompatModel, streamOpenAICompletions } from 'rx-completions';
import { retryCall, traceCall, type TracerLike } from 'rx-completions/operators';
import { chunk, script, scriptedEndpoint, scriptOfAnswer, type Script } from 'rx-completions/testing';
import { lastValueFrom, take } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** What is used of OpenTelemetry, whose own types are not there before it is installed. */
interface Span {
  readonly name: string;
  readonly events: readonly { readonly name: string }[];
  readonly parentSpanContext?: { readonly spanId: string };
}
interface Tracer extends TracerLike {
  startSpan(...parameters: Partial<Parameters<TracerLike['startSpan']>>): ReturnType<TracerLike['startSpan']> & { spanContext(): { readonly spanId: string } };
}
interface OpenTelemetry {
  readonly ROOT_CONTEXT: unknown;
  readonly SpanKind: { readonly CLIENT: number };
  readonly SpanStatusCode: { readonly OK: number; readonly ERROR: number };
  readonly trace: { setSpan(context: unknown, span: unknown): unknown };
}
interface Sdk {
  readonly InMemorySpanExporter: new () => { getFinishedSpans(): readonly Span[] };
  readonly SimpleSpanProcessor: new (exporter: unknown) => unknown;
  readonly BasicTracerProvider: new (config: { spanProcessors: readonly unknown[] }) => { getTracer(name: string): Tracer };
}

let api: OpenTelemetry;
let sdk: Sdk;

const load = (name: string): Promise<unknown> => import(name);

/** Nothing else needs them, so they are installed here, and only where this is run. */
beforeAll(async () => {
  if (!existsSync(`${folder}node_modules/@opentelemetry/sdk-trace-base`))
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
  api = (await load('@opentelemetry/api')) as OpenTelemetry;
  sdk = (await load('@opentelemetry/sdk-trace-base')) as Sdk;
}, 120_000);

/** The spans that OpenTelemetry exports of a call, of which so many events are taken. */
const spansOf = async (scripts: Script | readonly Script[], count = Infinity): Promise<readonly Span[]> => {
  await using endpoint = await scriptedEndpoint(scripts);
  const exporter = new sdk.InMemorySpanExporter();
  const provider = new sdk.BasicTracerProvider({ spanProcessors: [new sdk.SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const parent = tracer.startSpan('parent');
  const context = api.trace.setSpan(api.ROOT_CONTEXT, parent);
  const model = openAICompatModel({ provider: 'local', id: 'm', baseUrl: endpoint.baseUrl });
  const call = streamOpenAICompletions(model, { messages: [{ role: 'user', content: 'Hello' }] });
  await lastValueFrom(call.pipe(retryCall({ baseDelayMs: 1 }), traceCall(tracer, { context }), take(count)), { defaultValue: undefined }).catch(() => undefined);
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(spans.map(() => parent.spanContext().spanId));
  return spans;
};

describe('traceCall with the SDK of OpenTelemetry', () => {
  it('T-OT-01, T-OT-03: exports one span over all attempts, a child of the one around it', async () => {
    const spans = await spansOf([script().headers(503).body('busy'), scriptOfAnswer('Hi there')]);
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      name: 'chat m',
      kind: api.SpanKind.CLIENT,
      status: { code: api.SpanStatusCode.OK },
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'local', 'gen_ai.response.finish_reasons': ['stop'] },
    });
    expect(spans[0]?.events.map(({ name }) => name)).toEqual(['retry', 'attempt', 'first_content']);
  });

  it('T-OT-02: exports a call whose consumer has left as cancelled', async () => {
    const [span] = await spansOf(script().data(chunk({ text: 'Hi' })), 2);
    expect(span).toMatchObject({ status: { code: api.SpanStatusCode.ERROR }, attributes: { 'error.type': 'cancelled' } });
  });

  it('exports a failure by its code', async () => {
    const [span] = await spansOf(script().headers(401).body('no'));
    expect(span).toMatchObject({ name: 'chat m', status: { code: api.SpanStatusCode.ERROR }, attributes: { 'error.type': 'auth' } });
  });
});
