/** What a warning is about; more may be added, and operators have codes of their own. */
export type WarningCode =
  /** The request went out without something: a part the endpoint has no form for, an empty message, half a surrogate pair. */
  | 'reasoning_omitted'
  | 'annotation_omitted'
  | 'image_omitted'
  | 'audio_omitted'
  | 'tool_call_omitted'
  | 'empty_message'
  | 'lone_surrogate'
  /** The endpoint refused the request, and got it as it wants it. */
  | 'manners_learned'
  /** The request goes out unencrypted, with a schema that strict endpoints refuse, or with more cache marks than providers take. */
  | 'insecure_transport'
  | 'schema_not_strict'
  | 'cache_marks'
  /** The body came in another form than declared, or than was asked for. */
  | 'content_type'
  | 'not_streamed'
  /** A line or a frame was not usable. */
  | 'bad_frame'
  | 'cut_frame'
  | 'not_a_chunk'
  | 'not_json'
  | 'unknown_line'
  /** A field held something else than it should. */
  | 'content_not_text'
  | 'tool_index'
  | 'tool_call_split'
  | 'repeated_arguments'
  | 'cumulative_content'
  /** The end came without a sign, or not at the end. */
  | 'no_done'
  | 'no_end'
  | 'no_finish_reason'
  | 'late_delta'
  | 'missing_choices';

/** Something odd was tolerated. Each code comes once in an attempt. */
export interface WarningEvent {
  readonly type: 'warning';
  // The intersection keeps the known codes in an editor's completions.
  readonly code: WarningCode | (string & {});
  readonly message: string;
}
