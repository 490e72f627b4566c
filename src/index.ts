export { CompletionError } from './errors/CompletionError.ts';
export type {
  CompletionErrorDetails,
  CompletionPhase,
  ProviderError,
  TimeoutKind,
} from './errors/CompletionError.ts';
export type { CompletionErrorCode } from './errors/CompletionErrorCode.ts';
export type { Endpoint } from './errors/Endpoint.ts';
export { isContent } from './events/isContent.ts';
export type {
  AnnotationEvent,
  AudioDeltaEvent,
  DoneEvent,
  FinishEvent,
  FinishReason,
  HeartbeatEvent,
  ImageEvent,
  LogprobsEvent,
  RawEvent,
  ReasoningDeltaEvent,
  RefusalDeltaEvent,
  ResponseEvent,
  StartEvent,
  StreamEvent,
  TextDeltaEvent,
  ToolCallDeltaEvent,
  UsageReportEvent,
} from './events/StreamEvent.ts';
export type { ErrorSummary, FallbackEvent, RetryEvent } from './events/NoticeEvent.ts';
export type { Allowance, RateLimit } from './wire/RateLimit.ts';
export type { TokenLogprob } from './wire/TokenLogprob.ts';
export { openAICompatModel } from './model/openAICompatModel.ts';
export type { OpenAICompatModelConfig } from './model/openAICompatModel.ts';
export { openRouterModel } from './model/openRouterModel.ts';
export type { OpenRouterModelConfig } from './model/openRouterModel.ts';
export type {
  Model,
  ModelFields,
  ModelManners,
  OpenAICompatModel,
  OpenRouterModel,
  ReasoningEffort,
} from './model/Model.ts';
export type { ApiKey } from './request/resolveApiKey.ts';
export type { CallOptions, JsonSchemaFormat, ReasoningOptions, SamplingOptions } from './request/CallOptions.ts';
export type {
  AssistantMessage,
  Context,
  Message,
  SystemMessage,
  ToolResultMessage,
  UserMessage,
} from './request/Context.ts';
export type { DispatcherLike } from './request/DispatcherLike.ts';
export type { Limits } from './request/Limits.ts';
export type {
  AnnotationPart,
  AnswerAudioPart,
  AnswerImagePart,
  AssistantPart,
  AudioPart,
  CacheControl,
  FilePart,
  ImagePart,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  UserPart,
} from './request/Part.ts';
export type { Timeouts } from './request/Timeouts.ts';
export { defineTool } from './request/Tool.ts';
export type { JsonSchema, Tool } from './request/Tool.ts';
export { streamOpenAICompletions } from './streamOpenAICompletions.ts';
export { streamOpenRouter } from './streamOpenRouter.ts';
export type { WarningCode, WarningEvent } from './events/WarningEvent.ts';
