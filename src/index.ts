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
  WarningEvent,
} from './events/StreamEvent.ts';
export type { ErrorSummary, FallbackEvent, RetryEvent } from './events/NoticeEvent.ts';
export type { TokenLogprob } from './wire/TokenLogprob.ts';
