import { CompletionError } from '../../src/errors/CompletionError.ts';

/** The two texts a block of thinking stands between. They are matched exactly: case and spaces count. */
export interface ThinkTagPair {
  readonly open: string;
  readonly close: string;
}

/** A tag by its name (`'think'` for `<think>…</think>`), or by its two texts where a model uses other brackets. */
export type ThinkTag = string | ThinkTagPair;

/** The dialects found in the field. */
export const DEFAULT_THINK_TAGS: readonly ThinkTag[] = [
  'think',
  'thinking',
  'thought',
  'reasoning',
  'seed:think',
  // Magistral
  { open: '[THINK]', close: '[/THINK]' },
  // Kimi-VL
  { open: '◁think▷', close: '◁/think▷' },
];

/** The texts of a tag. An empty text would match everywhere and a bracketed name nowhere, so both are refused. */
export const pairOf = (tag: ThinkTag): ThinkTagPair => {
  const pair = typeof tag === 'string' ? { open: `<${tag}>`, close: `</${tag}>` } : tag;
  if (tag === '' || (typeof tag === 'string' && tag.includes('<')))
    throw new CompletionError('config', { message: 'a think tag is given by its name, without brackets' });
  if (pair.open === '' || pair.close === '')
    throw new CompletionError('config', { message: 'a think tag needs a text that opens and a text that closes it' });
  return pair;
};
