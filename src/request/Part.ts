/** Asks the endpoint to cache the prompt up to and with this part, where it can (Anthropic's models, Gemini, Qwen). */
export type CacheControl = true | 'ephemeral' | { readonly type: 'ephemeral'; readonly ttl?: string };

/** Plain text. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly cacheControl?: CacheControl;
}

/** An image, by address or as data: exactly one of `url` and `data`. */
export interface ImagePart {
  readonly type: 'image';
  /** An address the endpoint can read, or a data URL. */
  readonly url?: string;
  /** The image itself: bytes, or base64. */
  readonly data?: string | Uint8Array;
  /** Needed with `data`, unless it is a PNG, JPEG, GIF or WebP. */
  readonly mimeType?: string;
  /** How closely the model looks; OpenAI knows `auto`, `low` and `high`. */
  readonly detail?: string;
  readonly cacheControl?: CacheControl;
}

/** A document: exactly one of `data`, `fileId` and `url`. */
export interface FilePart {
  readonly type: 'file';
  /** The file itself: bytes, or base64. */
  readonly data?: string | Uint8Array;
  /** The id of a file uploaded before. */
  readonly fileId?: string;
  /** An address the endpoint can read; only OpenRouter takes one. */
  readonly url?: string;
  readonly filename?: string;
  /** Needed with `data`, unless it is a PDF. */
  readonly mimeType?: string;
  readonly cacheControl?: CacheControl;
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
  readonly details?: readonly unknown[];
}

/** A tool the model called. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  /** The endpoint's own id; the result goes back under the same one. */
  readonly id?: string;
  /** Stands in for an `id` the endpoint did not send. */
  readonly callId?: string;
  readonly name: string;
  /** The arguments as a value. */
  readonly input?: unknown;
  /** The arguments as the model wrote them; they win over `input`, so that a replay is exact. */
  readonly args?: string;
  /** The call's fields outside the standard, verbatim (Gemini's thought signature). */
  readonly extra?: Readonly<Record<string, unknown>>;
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
  readonly id?: string;
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
