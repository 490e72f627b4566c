import * as calls from 'rx-completions';
import * as operators from 'rx-completions/operators';
import * as testing from 'rx-completions/testing';
import { describe, expect, it } from 'vitest';
import { declareNothing, offerNothingTwice, offerOf } from './doors.ts';
import { readText, sources } from './project.ts';
import { readModule, type SourceModule } from './SourceModule.ts';

const door = (path: string): SourceModule => readModule(path, readText(path));

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Whoever adds a name adds it here too: what is public stays for years. */
describe('doors', () => {
  it('rx-completions offers calls, models, events and errors', () => {
    expect(offerOf(door('src/index.ts'))).toEqual({
      values: words(`
        CompletionError defineTool isContent openAICompatModel openRouterModel streamOpenAICompletions
        streamOpenRouter
      `),
      types: words(`
        Allowance AnnotationEvent AnnotationPart AnswerAudioPart AnswerImagePart ApiKey AssistantMessage
        AssistantPart AudioDeltaEvent AudioPart CacheControl CallOptions CompletionErrorCode
        CompletionErrorDetails CompletionPhase Context DispatcherLike DoneEvent Endpoint ErrorSummary
        FallbackEvent FilePart FinishEvent FinishReason HeartbeatEvent ImageEvent ImagePart JsonSchema
        JsonSchemaFormat Limits LogprobsEvent Message Model ModelFields ModelManners OpenAICompatModel
        OpenAICompatModelConfig OpenRouterModel OpenRouterModelConfig ProviderError RateLimit RawEvent
        ReasoningDeltaEvent ReasoningEffort ReasoningOptions ReasoningPart RefusalDeltaEvent RefusalPart
        ResponseEvent RetryEvent SamplingOptions StartEvent StreamEvent SystemMessage TextDeltaEvent TextPart
        TimeoutKind Timeouts TokenLogprob Tool ToolCallDeltaEvent ToolCallPart ToolResultMessage
        UsageReportEvent UserMessage UserPart WarningCode WarningEvent
      `),
    });
  });

  it('rx-completions/operators offers what one does with events', () => {
    expect(offerOf(door('operators/index.ts'))).toEqual({
      values: words(`
        EventGrammarError accumulateArgs accumulateMessage accumulateText addUsage askForAnswer
        assembleToolCalls billableOutput byChoice byToolCall coalesceDeltas collectMessage detectRepetition
        endpointHealth estimateUsage extractInlineToolCalls fallbackEndpoints formMemory hedgeBudget hedgeCall
        latencyHistory liftEvents liftReader limitRate markParts measure normalizeUsage paceText parseAnswer
        priceList rateLimiter redact retryBudget retryCall runTools runnableTool splitLines splitSentences
        stopWhen stripThink takeWhileBudget textOutput toAsyncIterable toReadableStream traceCall uncachedInput
        verifyEvents
      `),
      types: words(`
        AccumulateArgsConfig AccumulateMessageConfig AccumulateTextConfig Alternate AnswerForm AnswerFormKind
        AnswerMessage AnswerOf AnswerPart AnswerPath AnswerReader AnswerSchema AnswerSoFar AnyEvent Approval
        ArgsSoFar Ask AskForAnswerConfig AssembleToolCallsConfig ByChoiceConfig ByToolCallConfig CitationPart
        CoalesceDeltasConfig CollectMessageConfig CommitOn DeepPartial DetectRepetitionConfig DraftOf
        EndpointHealth EndpointHealthConfig EndpointState EstimateUsageConfig EventOperator EventReader
        ExtractInlineToolCallsConfig FallbackContext FallbackEndpointsConfig Find FormMemory GuardConfig
        HedgeBudgetConfig HedgeCallConfig InlineToolDialect InvalidToolCall JsonSchemaForm LatencyHistory
        LatencyHistoryConfig LimitRateConfig LoopEvent LoopTool Marked MeasureConfig MeasureEvent ModelPrice
        NormalizeUsageConfig PaceTextConfig ParseAnswerConfig PartEvent PartialAnswer Place RateLimiter
        RateLimiterConfig ReasoningEndEvent ReasoningStartEvent RedactConfig RedactPattern RefusalEndEvent
        RefusalStartEvent Reservation RetryBudget RetryBudgetConfig RetryCallConfig RetryContext RunToolsConfig
        RunnableCall RunnableTool Seam SpanAttributes SpanLike SplitLinesConfig SplitSentencesConfig SpokenPart
        Stage StageRun StopPredicate StopWhenConfig StripThinkConfig TakeWhileBudgetConfig TextEndEvent
        TextStartEvent TextUnit ThinkTag ThinkTagPair ToAsyncIterableConfig ToReadableStreamConfig
        ToolCallEndEvent ToolCallEvent ToolCallStartEvent ToolCallStream ToolCallUpdateEvent ToolInputError
        ToolInputOf ToolLike ToolResultEvent ToolRunContext TraceCallConfig TracerLike TurnContext TurnEndEvent
        Usage UsageCost UsageEvent UsageQuirks ValidToolCall ValueAt WasteEvent
      `),
    });
  });

  it('rx-completions/testing offers what one tests a pipeline with', () => {
    expect(offerOf(door('src/testing/index.ts'))).toEqual({
      values: words(`
        arbitraries chunk chunksOf comment completion frame operatorContract replay script scriptOfAnswer
        scriptedEndpoint streamOf usageReport
      `),
      types: words(`
        AnswerChoice AnswerConfig AnswersConfig Arbitraries ArbitraryAnswer ChunkConfig ChunksConfig Expectation
        ExpectedAnswer ExpectedToolCall FastCheck FrameConfig Framing HeadersConfig JsonConfig JsonObject
        OperatorContractConfig OperatorLaw OperatorLawName RecordedRequest ReplayConfig ResponseHeaders
        RunningEndpoint Script ScriptLike ScriptOfAnswerConfig ScriptedEndpointConfig Scripts SplitRule Step
        ToolCallPiece TypedEvent UsageReportConfig WaitConfig WholeToolCall
      `),
    });
  });

  it.each([
    ['src/index.ts', calls],
    ['operators/index.ts', operators],
    ['src/testing/index.ts', testing],
  ])('%s holds at run time what it lists', (path, namespace) => {
    expect(Object.keys(namespace).sort()).toEqual(offerOf(door(path)).values);
  });

  it('offer no name twice', () => {
    expect(offerNothingTwice(sources)).toEqual([]);
    const twice = [
      readModule('src/index.ts', `export { a } from './a.ts';`),
      readModule('operators/index.ts', `export type { a } from './a.ts';`),
    ];
    expect(offerNothingTwice(twice)).toEqual(['a: in src/index.ts and operators/index.ts']);
  });

  it('are lists and nothing else', () => {
    expect(declareNothing(sources)).toEqual([]);
    expect(declareNothing([readModule('src/index.ts', 'export const a = 1;')])).toEqual(['src/index.ts: declares a']);
  });
});
