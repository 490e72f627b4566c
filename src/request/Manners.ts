import type { ModelManners } from '../model/Model.ts';

/** A model's manners with nothing left open. */
export interface Manners extends Decided<Omit<ModelManners, 'reasoningFields'>> {
  /** Whether `openrouterProvider` and `openrouterRoute` go out. */
  readonly sendRouting: boolean;
  /** Whether the endpoint understands what only OpenRouter has: images and annotations of a former answer, files by URL. */
  readonly openRouterParts: boolean;
}

type Decided<Choices> = { readonly [Choice in keyof Choices]-?: NonNullable<Choices[Choice]> };
