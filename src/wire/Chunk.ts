import type { CompletionError } from '../errors/CompletionError.ts';
import type { TokenLogprob } from './TokenLogprob.ts';

/** A piece of a tool call as one delta carries it. */
export interface ToolCallPiece {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly args: string;
  /** The arguments came as a JSON value instead of text, so they are all there is. */
  readonly argsWhole: boolean;
  readonly extra: Readonly<Record<string, unknown>> | undefined;
}

/** A citation as a delta or a whole chunk carries it. */
export interface AnnotationPiece {
  readonly url?: string;
  readonly title?: string;
  readonly content?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
  readonly raw: unknown;
}

export interface ImagePiece {
  readonly index: number | undefined;
  readonly url: string;
}

export interface AudioPiece {
  readonly id?: string;
  readonly delta: string;
  readonly transcript?: string;
  readonly expiresAt?: number;
}

/** What only few deltas carry, kept apart so that ordinary chunks stay small. */
export interface RareContent {
  readonly annotations: readonly AnnotationPiece[];
  readonly images: readonly ImagePiece[];
  readonly audio: AudioPiece | undefined;
  readonly logprobs: { readonly content: readonly TokenLogprob[]; readonly refusal?: readonly TokenLogprob[] } | undefined;
}

/** One choice of a chunk. Texts are `''` where nothing came. */
export interface ChunkChoice {
  readonly index: number;
  readonly text: string;
  readonly reasoning: string;
  readonly reasoningDetails: readonly unknown[] | undefined;
  readonly refusal: string;
  readonly toolCalls: readonly ToolCallPiece[] | undefined;
  readonly rare: RareContent | undefined;
  /** The endpoint's own word, as sent. */
  readonly finishReason: string | undefined;
  /** The content came as a whole message and not as a delta: it repeats what was streamed before, if anything was. */
  readonly whole: boolean;
}

/** A chunk in our own words: the last place where wire names are known. It is lent, until the next one is read. */
export interface Chunk {
  readonly kind: 'chunk';
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly created: number | undefined;
  readonly servedBy: string | undefined;
  readonly choices: readonly ChunkChoice[];
  readonly usage: Readonly<Record<string, unknown>> | undefined;
  /** Citations of the answer as a whole; endpoints repeat them in every chunk. */
  readonly citations: readonly AnnotationPiece[] | undefined;
  /** The endpoint reports that the answer has failed; what else the chunk holds still counts. */
  readonly failure: CompletionError | undefined;
  readonly raw: unknown;
}

/** `[DONE]`: the endpoint says the stream is whole. */
export interface StreamDone {
  readonly kind: 'done';
}

/** Something that keeps the connection alive and says nothing. */
export interface KeepAlive {
  readonly kind: 'keepalive';
  readonly comment: string | undefined;
}

/** Something odd that was tolerated. */
export interface Oddity {
  readonly kind: 'oddity';
  readonly code: string;
  readonly message: string;
}

/** What a stream of completion chunks consists of. */
export type WireItem = Chunk | StreamDone | KeepAlive | Oddity;
