import type { FinishReason } from '../../src/events/StreamEvent.ts';
import type { AssistantMessage } from '../../src/request/Context.ts';
import type {
  AnnotationPart,
  AnswerAudioPart,
  AnswerImagePart,
  ReasoningPart,
  RefusalPart,
  TextPart,
} from '../../src/request/Part.ts';
import type { ToolCallEvent } from '../tools/ToolCallEvent.ts';
import type { ToolLike } from '../tools/ToolLike.ts';
import type { Usage } from '../usage/Usage.ts';

/** What the model spoke. */
export interface SpokenPart extends AnswerAudioPart {
  /** The sound as base64. */
  readonly data: string;
  readonly transcript?: string;
  /** Seconds since 1970 until when the endpoint keeps the sound, and so takes its `id` back. */
  readonly expiresAt?: number;
}

/** A citation. Only what the endpoint sent is set. */
export interface CitationPart extends AnnotationPart {
  readonly url?: string;
  readonly title?: string;
  readonly content?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
}

/** What an answer is made of. */
export type AnswerPart<Tools extends readonly ToolLike[] = readonly ToolLike[]> =
  | TextPart
  | ReasoningPart
  | ToolCallEvent<Tools>
  | RefusalPart
  | AnswerImagePart
  | SpokenPart
  | CitationPart;

/** An answer as a message: it goes back in the `messages` of the next call as it is. */
export interface AnswerMessage<Tools extends readonly ToolLike[] = readonly ToolLike[]> extends AssistantMessage {
  /** In the order in which the parts began. */
  readonly content: readonly AnswerPart<Tools>[];
  /** Absent until the choice has finished. */
  readonly finishReason?: FinishReason;
  /** The endpoint's own word; absent when it gave none. */
  readonly rawReason?: string;
  /** Of the answer as a whole, all its choices included. */
  readonly usage?: Usage;
  /** The endpoint's id of the response. */
  readonly id?: string;
  /** The model that answered, where the endpoint says. */
  readonly model?: string;
  /** Seconds since 1970. */
  readonly created?: number;
  /** The provider behind a router, as the router names it. */
  readonly servedBy?: string;
}
