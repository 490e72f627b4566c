import type { Chunk, ChunkChoice, ToolCallPiece } from './Chunk.ts';
import { parseJson } from './json.ts';

/** Reads a frame by parsing it. */
export interface FrameReader {
  readInFull(data: string): Chunk | undefined;
}

/** What of a chunk a template fills. */
type Hole =
  | { readonly field: 'text' | 'reasoning'; readonly of: Writable<ChunkChoice> }
  | { readonly field: 'args'; readonly of: Writable<ToolCallPiece> };

type Writable<Fields> = { -readonly [Name in keyof Fields]: Fields[Name] };

/** Everything of a frame but the piece of content in it, and its chunk, which each frame's piece is filled into. */
interface Template {
  readonly prefix: string;
  /** What stands between the piece and the padding; absent where a frame has none. */
  readonly middle: string | undefined;
  readonly suffix: string;
  readonly chunk: Chunk;
  readonly hole: Hole;
}

/** Interleaved tool calls need a template each. */
const MAX_TEMPLATES = 8;
/** How many frames go by unlearned at most, where no template ever fits. */
const MAX_PAUSE = 512;
/** Where templates are learned this far apart, none of them has fitted since the first: they are tried in vain. */
const FORGETFUL_PAUSE = 8;
/** Longer pieces would be kept as a view of their whole frame by the engine, so they are made anew. */
const MAX_VIEWED_CHARS = 12;
/** Learning reads a frame a few times over, so neither a large frame nor one that says the same everywhere is learned. */
const MAX_LEARNED_CHARS = 65_536;
const MAX_PROBES = 4;
const PROBE = 'a piece that is not there';
/** Strings of random length and no meaning, against eavesdroppers who count bytes. corpus/openai, corpus/mistral */
const PADDINGS = ['"obfuscation":"', '"p":"'];

/**
 * Reads frames that repeat an earlier one but for one string, which nearly every frame of a stream does.
 *
 * A template is the text before and after one string of a JSON text. Between them, whatever is the inside of a JSON string
 * leaves the rest of the value as it was: that is why a frame that fits needs no parsing. The reader of whole frames proves
 * each template once, with a probe in the piece's place.
 */
export class FrameTemplates {
  readonly #reader: FrameReader;
  #templates: readonly Template[] = [];
  /** Where the last frame fitted. The next one mostly fits there too, or at the place behind it: parallel calls take turns. */
  #latest = 0;
  #toSkip = 0;
  #pause = 1;

  constructor(reader: FrameReader) {
    this.#reader = reader;
  }

  /** The frame's chunk, if it fits a template: what reading it in full would give. It is lent until the next frame is read. */
  match(data: string): Chunk | undefined {
    const templates = this.#templates;
    for (let tried = 0; tried < templates.length; tried += 1) {
      const at = (this.#latest + tried) % templates.length;
      const template = templates[at];
      if (template === undefined) break;
      const end = data.length - template.suffix.length;
      if (end <= template.prefix.length || !fits(data, template, end)) continue;
      const piece = stringInside(data, template.prefix.length, endOfPiece(data, template, end));
      if (piece === undefined || piece === '') continue;
      this.#latest = at;
      this.#toSkip = 0;
      this.#pause = 1;
      fill(template.hole, piece);
      return template.chunk;
    }
    return undefined;
  }

  /** Makes a template of a frame that was read in full. */
  learn(data: string, chunk: Chunk): void {
    if (this.#toSkip > 0) {
      this.#toSkip -= 1;
      return;
    }
    const template = templateOf(data, chunk, this.#reader);
    if (template === undefined) return;
    const kept = this.#pause > FORGETFUL_PAUSE ? [] : this.#templates.slice(1 - MAX_TEMPLATES);
    this.#templates = [...kept, template];
    this.#latest = kept.length;
    this.#toSkip = this.#pause;
    this.#pause = Math.min(2 * this.#pause, MAX_PAUSE);
  }
}

/** Slices are compared as blocks of memory, which `startsWith` and `endsWith` are not. */
const fits = (data: string, { prefix, suffix }: Template, end: number): boolean =>
  data.slice(end) === suffix && data.slice(0, prefix.length) === prefix;

/**
 * Where the piece ends if all before `end` fits. The first place that looks like the end of the piece is the end, or it
 * stands behind a backslash: then what is cut is no inside of a string.
 */
const endOfPiece = (data: string, { prefix, middle }: Template, end: number): number => {
  if (middle === undefined) return end;
  const at = data.indexOf(middle, prefix.length);
  const from = at + middle.length;
  return at !== -1 && from <= end && isPlain(data.slice(from, end)) ? at : prefix.length;
};

const templateOf = (data: string, chunk: Chunk, reader: FrameReader): Template | undefined => {
  const learned = pieceOf(chunk);
  // A piece that reads like the probe proves nothing.
  if (learned === undefined || learned === PROBE || data.length > MAX_LEARNED_CHARS) return undefined;
  const quoted = JSON.stringify(learned);
  // The piece may stand elsewhere too, as a model's name, say: the probe tells which of them is the content.
  let at = data.indexOf(quoted);
  for (let probes = 0; at !== -1 && probes < MAX_PROBES; probes += 1) {
    const prefix = data.slice(0, at + 1);
    const rest = data.slice(at + quoted.length - 1);
    const probed = reader.readInFull(prefix + PROBE + rest);
    const [choice] = probed?.choices ?? [];
    if (probed !== undefined && choice !== undefined && pieceOf(probed) === PROBE) {
      const { middle, suffix } = withoutPadding(rest);
      // The parsed frame is no other frame's, and would be kept for nothing.
      return { prefix, middle, suffix, chunk: { ...probed, raw: undefined }, hole: holeOf(choice) };
    }
    at = data.indexOf(quoted, at + 1);
  }
  return undefined;
};

/** Nothing is read under the name of a padding, so what stands there makes no difference to the chunk. */
const withoutPadding = (rest: string): Pick<Template, 'middle' | 'suffix'> => {
  for (const opening of PADDINGS) {
    const from = rest.indexOf(opening) + opening.length;
    const end = rest.indexOf('"', from);
    if (from >= opening.length && isPlain(rest.slice(from, end))) return { middle: rest.slice(0, from), suffix: rest.slice(end) };
  }
  return { middle: undefined, suffix: rest };
};

/** The one piece of content of an ordinary chunk; nothing where the chunk holds more. */
const pieceOf = (chunk: Chunk): string | undefined => {
  const [choice] = chunk.choices;
  if (choice === undefined || chunk.choices.length > 1 || !isOrdinary(chunk, choice)) return undefined;
  const { text, reasoning, toolCalls } = choice;
  if (toolCalls !== undefined) {
    const [call] = toolCalls;
    if (call === undefined || toolCalls.length > 1 || text !== '' || reasoning !== '' || !isContinuation(call)) return undefined;
    return call.args;
  }
  if ((text === '') === (reasoning === '')) return undefined;
  return text === '' ? reasoning : text;
};

/** Where the piece stands in a choice that has one. */
const holeOf = (choice: ChunkChoice): Hole => {
  const [call] = choice.toolCalls ?? [];
  return call === undefined ? { field: choice.text === '' ? 'reasoning' : 'text', of: choice } : { field: 'args', of: call };
};

const fill = (hole: Hole, piece: string): void => {
  if (hole.field === 'args') hole.of.args = piece;
  else if (hole.field === 'text') hole.of.text = piece;
  else hole.of.reasoning = piece;
};

const isOrdinary = (chunk: Chunk, choice: ChunkChoice): boolean =>
  chunk.usage === undefined &&
  chunk.citations === undefined &&
  chunk.failure === undefined &&
  choice.reasoningDetails === undefined &&
  choice.refusal === '' &&
  choice.rare === undefined &&
  choice.finishReason === undefined &&
  !choice.whole;

const isContinuation = ({ id, name, args, argsWhole, extra }: ToolCallPiece): boolean =>
  id === undefined && name === undefined && args !== '' && !argsWhole && extra === undefined;

/** What the characters between two quotes stand for, if they are the inside of one JSON string. */
const stringInside = (data: string, start: number, end: number): string | undefined => {
  if (end - start <= MAX_VIEWED_CHARS) {
    const text = data.slice(start, end);
    if (isPlain(text)) return text;
  }
  // With the quotes of the frame: with others, the whole piece would have to be copied.
  const value = parseJson(data.slice(start - 1, end + 1));
  return typeof value === 'string' ? value : undefined;
};

const isPlain = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 34 || code === 92) return false;
  }
  return true;
};
