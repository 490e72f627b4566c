/** Asks the endpoint to cache the prompt up to and with this part, where it can (Anthropic's models, Gemini, Qwen). */
export type CacheControl = true | 'ephemeral' | { readonly type: 'ephemeral'; readonly ttl?: string };

/** Plain text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cacheControl?: CacheControl | undefined;
}

/** An image, by address or as data: exactly one of `url` and `data`. */
export interface ImagePart {
  readonly type: 'image';
  /** An address the endpoint can read, or a data URL. */
  readonly url?: string | undefined;
  /** The image itself: bytes, or base64. */
  readonly data?: string | Uint8Array | undefined;
  /** Needed with `data`, unless it is a PNG, JPEG, GIF or WebP. */
  readonly mimeType?: string | undefined;
  /** How closely the model looks; OpenAI knows `auto`, `low` and `high`. */
  readonly detail?: string | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** A document: exactly one of `data`, `fileId` and `url`. */
export interface FilePart {
  readonly type: 'file';
  /** The file itself: bytes, or base64. */
  readonly data?: string | Uint8Array | undefined;
  /** The id of a file uploaded before. */
  readonly fileId?: string | undefined;
  /** An address the endpoint can read; only OpenRouter takes one. */
  readonly url?: string | undefined;
  readonly filename?: string | undefined;
  /** Needed with `data`, unless it is a PDF. */
  readonly mimeType?: string | undefined;
  readonly cacheControl?: CacheControl | undefined;
}

/** Sound to listen to. */
export interface AudioPart {
  readonly type: 'audio';
  /** The sound itself: bytes, or base64. */
  readonly data: string | Uint8Array;
  /** `wav`, `mp3` or what else the endpoint knows. */
  readonly format: string;
}

/** What the model thought before it answered. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  /** The endpoint's `reasoning_details`, verbatim: signatures and encrypted blocks that must come back unchanged. */
  readonly details?: readonly unknown[] | undefined;
}

/** A tool the model called. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  /** The endpoint's own id; the result goes back under the same one. */
  readonly id?: string | undefined;
  /** Stands in for an `id` the endpoint did not send. */
  readonly callId?: string | undefined;
  readonly name: string;
  /** The arguments as a value. */
  readonly input?: unknown;
  /** The arguments as the model wrote them; they win over `input`, so that a replay is exact. */
  readonly args?: string | undefined;
  /** `false` for a call whose answer was cut; it does not go back. */
  readonly complete?: boolean | undefined;
  /** The call's fields outside the standard, verbatim (Gemini's thought signature). */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** The model's refusal. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** An image the model made. Only OpenRouter takes one back. */
export interface AnswerImagePart {
  readonly type: 'image';
  readonly url: string;
}

/** What the model spoke. It goes back by its `id`, which the endpoint keeps for some time. */
export interface AnswerAudioPart {
  readonly type: 'audio';
  readonly id?: string | undefined;
}

/** A citation. OpenRouter takes it back; for every other endpoint it is left out with a warning. */
export interface AnnotationPart {
  readonly type: 'annotation';
  /** The endpoint's own object. */
  readonly raw?: unknown;
}

/** What a user's message is made of. */
export type UserPart = TextPart | ImagePart | FilePart | AudioPart;

/** What an assistant's message is made of. */
export type AssistantPart =
  TextPart | ReasoningPart | ToolCallPart | RefusalPart | AnswerImagePart | AnswerAudioPart | AnnotationPart;
