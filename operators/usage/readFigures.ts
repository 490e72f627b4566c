import { amount, count, type ReadFigure } from './figure.ts';

/** A report as it comes from the endpoint. */
export type Report = Readonly<Record<string, unknown>>;

/** The figures of a report under one name each, before anything is concluded from them. */
export type Figures = Readonly<Partial<Record<Figure, number>>> & {
  /** Whether the caller's own key for the upstream provider was used. */
  readonly byok?: boolean;
};
type Figure = TokenFigure | MoneyFigure;

type TokenFigure =
  | 'input'
  | 'output'
  | 'total'
  | 'cacheRead'
  | 'cacheMiss'
  | 'cacheWrite'
  | 'reasoning'
  | 'audioIn'
  | 'audioOut'
  | 'imageIn'
  | 'imageOut'
  | 'acceptedPrediction'
  | 'rejectedPrediction'
  | 'timedInput'
  | 'timedCache'
  | 'timedOutput';

type MoneyFigure = 'cost' | 'costTicks' | 'upstreamCost' | 'inputCost' | 'outputCost';

type Paths = readonly (readonly string[])[];

const paths = (...names: readonly string[]): Paths => names.map((name) => name.split('.'));

/** Where endpoints put a number of tokens; the first that holds one wins. */
const TOKENS: Readonly<Record<TokenFigure, Paths>> = {
  input: paths('prompt_tokens', 'input_tokens', 'prompt_eval_count'),
  output: paths('completion_tokens', 'output_tokens', 'eval_count'),
  total: paths('total_tokens'),
  cacheRead: paths(
    'prompt_tokens_details.cached_tokens',
    'input_tokens_details.cached_tokens',
    'cache_read_input_tokens',
    'cached_tokens',
    'num_cached_tokens',
    'prompt_cache_hit_tokens',
    // Mistral, spelled like this
    'prompt_token_details.cached_tokens',
    'prompt_tokens_details.cache_read_input_tokens',
  ),
  cacheMiss: paths('prompt_cache_miss_tokens'),
  cacheWrite: paths(
    'prompt_tokens_details.cache_write_tokens',
    'input_tokens_details.cache_write_tokens',
    'cache_creation_input_tokens',
    'prompt_tokens_details.cache_creation_input_tokens',
    'input_tokens_details.cache_creation_input_tokens',
    'cache_write_tokens',
  ),
  reasoning: paths(
    'completion_tokens_details.reasoning_tokens',
    'output_tokens_details.reasoning_tokens',
    'reasoning_tokens',
  ),
  audioIn: paths('prompt_tokens_details.audio_tokens', 'input_tokens_details.audio_tokens'),
  audioOut: paths('completion_tokens_details.audio_tokens', 'output_tokens_details.audio_tokens'),
  imageIn: paths('prompt_tokens_details.image_tokens', 'input_tokens_details.image_tokens'),
  imageOut: paths('completion_tokens_details.image_tokens', 'output_tokens_details.image_tokens'),
  acceptedPrediction: paths('completion_tokens_details.accepted_prediction_tokens'),
  rejectedPrediction: paths('completion_tokens_details.rejected_prediction_tokens'),
  // llama.cpp counts here what it computed anew, and apart from it what its cache saved
  timedInput: paths('timings.prompt_n'),
  timedCache: paths('timings.cache_n'),
  timedOutput: paths('timings.predicted_n'),
};

/** Where endpoints put money. */
const MONEY: Readonly<Record<MoneyFigure, Paths>> = {
  cost: paths('cost', 'cost.total_cost', 'estimated_cost'),
  costTicks: paths('cost_in_usd_ticks'),
  upstreamCost: paths('cost_details.upstream_inference_cost'),
  inputCost: paths(
    'cost.input_tokens_cost',
    'cost_details.upstream_inference_prompt_cost',
    'cost_details.upstream_inference_input_cost',
  ),
  outputCost: paths(
    'cost.output_tokens_cost',
    'cost_details.upstream_inference_completions_cost',
    'cost_details.upstream_inference_output_cost',
  ),
};

/**
 * Reads what a report says, by whatever name. A value that cannot be a figure (negative, not finite, half a token) is
 * passed to `onUnusable` by its path and read on as if it were absent.
 */
export const readFigures = (report: Report, onUnusable: (path: string) => void): Figures => {
  const figures: Partial<Record<Figure, number>> = {};
  const readAll = (table: Partial<Record<Figure, ReturnType<typeof paths>>>, read: ReadFigure): void => {
    for (const [name, places] of Object.entries(table)) {
      const figure = firstOf(report, places, read, onUnusable);
      // `Object.entries` forgets that the keys of the two tables are the names of the figures.
      if (figure !== undefined) figures[name as Figure] = figure;
    }
  };
  readAll(TOKENS, count);
  readAll(MONEY, amount);
  const byok = ownValue(report, 'is_byok');
  return typeof byok === 'boolean' ? { ...figures, byok } : figures;
};

const firstOf = (
  report: Report,
  places: ReturnType<typeof paths>,
  read: ReadFigure,
  onUnusable: (path: string) => void,
): number | undefined => {
  for (const path of places) {
    const value = path.reduce<unknown>(ownValue, report);
    // An object under the name of a figure holds figures of its own (`cost`), it is not a damaged one.
    if (value === undefined || typeof value === 'object' || isBlank(value)) continue;
    const figure = read(value);
    if (figure !== undefined) return figure;
    onUnusable(path.join('.'));
  }
  return undefined;
};

/** `Number` would make a 0 of it. */
const isBlank = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** What an object holds itself: a report may name its fields like something every object inherits. */
const ownValue = (holder: unknown, key: string): unknown =>
  typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key) ? (holder as Report)[key] : undefined;
