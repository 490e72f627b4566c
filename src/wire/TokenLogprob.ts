/** One token's probability. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  /** The token's UTF-8 bytes, for tokens that are not whole characters. */
  readonly bytes?: readonly number[];
  /** The likeliest tokens at this place. */
  readonly top?: readonly Omit<TokenLogprob, 'top'>[];
}
