/** Where a call went: the provider's name and model as the caller gave them, and the host, never the full address. */
export interface Endpoint {
  readonly provider: string;
  readonly model: string;
  readonly host: string;
}
