export type { AnyEvent, EventOperator } from './EventOperator.ts';
export { liftEvents } from './liftEvents.ts';
export { liftReader, type EventReader } from './liftReader.ts';
export type { Stage, StageRun } from '../src/stage.ts';
export { accumulateText, type AccumulateTextConfig } from './accumulateText.ts';
export { accumulateMessage, type AccumulateMessageConfig } from './accumulateMessage.ts';
export { collectMessage, type CollectMessageConfig } from './collectMessage.ts';
export type { AnswerMessage, AnswerPart, CitationPart, SpokenPart } from './message/AnswerMessage.ts';
export { byChoice, type ByChoiceConfig } from './byChoice.ts';
export { byToolCall, type ByToolCallConfig } from './byToolCall.ts';
export type { ToolCallStream } from './tools/ToolCallStream.ts';
export { markParts } from './markParts.ts';
export type {
  PartEvent,
  ReasoningEndEvent,
  ReasoningStartEvent,
  RefusalEndEvent,
  RefusalStartEvent,
  TextEndEvent,
  TextStartEvent,
  ToolCallEndEvent,
  ToolCallStartEvent,
} from './marks/PartEvent.ts';
export type { Marked } from './marks/Marked.ts';
export { stripThink, type StripThinkConfig } from './stripThink.ts';
export type { ThinkTag, ThinkTagPair } from './think/ThinkTag.ts';
export { extractInlineToolCalls, type ExtractInlineToolCallsConfig } from './extractInlineToolCalls.ts';
export type { InlineToolDialect } from './inline/DIALECTS.ts';
export { paceText, type PaceTextConfig } from './paceText.ts';
export type { TextUnit } from './pace/TextUnit.ts';
export { stopWhen, type StopWhenConfig } from './stopWhen.ts';
export type { StopPredicate } from './stop/createStopper.ts';
export { detectRepetition, type DetectRepetitionConfig } from './detectRepetition.ts';
export { redact, type RedactConfig, type RedactPattern } from './redact.ts';
export type { Find, Place } from './text/Find.ts';
export { splitSentences, type SplitSentencesConfig } from './splitSentences.ts';
export { splitLines, type SplitLinesConfig } from './splitLines.ts';
export { normalizeUsage, type NormalizeUsageConfig, type UsageEvent } from './normalizeUsage.ts';
export { addUsage } from './usage/addUsage.ts';
export { priceList, type ModelPrice } from './usage/priceList.ts';
export { billableOutput } from './usage/billableOutput.ts';
export { textOutput } from './usage/textOutput.ts';
export { uncachedInput } from './usage/uncachedInput.ts';
export type { Usage, UsageCost } from './usage/Usage.ts';
export type { UsageQuirks } from './usage/UsageQuirks.ts';
export { assembleToolCalls, type AssembleToolCallsConfig } from './assembleToolCalls.ts';
export type {
  InvalidToolCall,
  ToolCallEvent,
  ToolCallUpdateEvent,
  ToolInputError,
  ValidToolCall,
} from './tools/ToolCallEvent.ts';
export type { ToolInputOf, ToolLike } from './tools/ToolLike.ts';
export { accumulateArgs, type AccumulateArgsConfig } from './accumulateArgs.ts';
export type { ArgsSoFar } from './tools/ArgsSoFar.ts';
export type { DeepPartial } from './json/DeepPartial.ts';
export { parseAnswer, type AnswerReader, type ParseAnswerConfig } from './parseAnswer.ts';
export type { AnswerOf, AnswerSchema, DraftOf } from './answer/AnswerSchema.ts';
export type { AnswerPath, ValueAt } from './answer/AnswerPath.ts';
export type { AnswerSoFar } from './answer/AnswerSoFar.ts';
export { askForAnswer, type AskForAnswerConfig } from './askForAnswer.ts';
export type { AnswerForm, AnswerFormKind, JsonSchemaForm } from './answer/AnswerForm.ts';
export { formMemory, type FormMemory } from './answer/formMemory.ts';
export { fallbackEndpoints } from './fallbackEndpoints.ts';
export type { CommitOn } from './recovery/commits.ts';
export type { FallbackContext } from './fallback/FallbackContext.ts';
export type { PartialAnswer } from './fallback/PartialAnswer.ts';
export type { Seam } from './fallback/followsOn.ts';
export type { Alternate, FallbackEndpointsConfig } from './fallback/FallbackEndpointsConfig.ts';
export { hedgeCall } from './hedgeCall.ts';
export { hedgeBudget, type HedgeBudgetConfig } from './hedge/hedgeBudget.ts';
export type { HedgeCallConfig } from './hedge/HedgeCallConfig.ts';
export { latencyHistory, type LatencyHistory, type LatencyHistoryConfig } from './hedge/latencyHistory.ts';
export type { WasteEvent } from './hedge/WasteEvent.ts';
export { endpointHealth } from './endpointHealth.ts';
export type { EndpointHealth, GuardConfig } from './health/EndpointHealth.ts';
export type { EndpointHealthConfig } from './health/EndpointHealthConfig.ts';
export type { EndpointState } from './health/EndpointState.ts';
export { verifyEvents } from './verifyEvents.ts';
export { EventGrammarError } from './verify/EventGrammarError.ts';
export { retryCall } from './retryCall.ts';
export type { RetryCallConfig, RetryContext } from './retry/RetryCallConfig.ts';
export { retryBudget, type RetryBudget, type RetryBudgetConfig } from './retry/retryBudget.ts';
export { limitRate, type LimitRateConfig } from './limitRate.ts';
export { rateLimiter, type RateLimiter } from './rate/rateLimiter.ts';
export type { RateLimiterConfig } from './rate/RateLimiterConfig.ts';
export type { Reservation } from './rate/Reservation.ts';
export { coalesceDeltas, type CoalesceDeltasConfig } from './coalesceDeltas.ts';
export { toAsyncIterable, type ToAsyncIterableConfig } from './toAsyncIterable.ts';
export { toReadableStream, type ToReadableStreamConfig } from './toReadableStream.ts';
export { runTools } from './runTools.ts';
export type { LoopEvent, ToolResultEvent, TurnEndEvent } from './loop/LoopEvent.ts';
export { runnableTool, type LoopTool, type RunnableTool, type ToolRunContext } from './loop/runnableTool.ts';
export type { Approval, Ask, RunnableCall, RunToolsConfig, TurnContext } from './loop/RunToolsConfig.ts';
export { estimateUsage, type EstimateUsageConfig } from './estimateUsage.ts';
export { takeWhileBudget, type TakeWhileBudgetConfig } from './takeWhileBudget.ts';
export { measure, type MeasureConfig } from './measure.ts';
export type { MeasureEvent } from './measure/MeasureEvent.ts';
export { traceCall, type TraceCallConfig } from './traceCall.ts';
export type { SpanAttributes, SpanLike, TracerLike } from './trace/TracerLike.ts';
