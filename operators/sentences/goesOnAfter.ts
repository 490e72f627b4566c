/** Whether a sentence goes on after a full stop behind this text; `isStart` says that the text is all there is of it. */
export type GoesOnAfter = (text: string, isStart: boolean) => boolean;

export const goesOnAfter = (locale: string, abbreviations: readonly string[]): GoesOnAfter => {
  const words = new Set([...ABBREVIATIONS, ...abbreviations.map((word) => word.toLowerCase())]);
  const hasOrdinals = ORDINAL_LANGUAGES.has(locale.split('-')[0] ?? '');
  return (text, isStart) => {
    const word = /[\p{L}\p{N}]+$/u.exec(text)?.[0] ?? '';
    if (/^\d+$/.test(word)) return (isStart && word === text.trim()) || (hasOrdinals && word.length <= 2);
    return /^[\p{Lu}\p{Ll}]$/u.test(word) || words.has(word.toLowerCase());
  };
};

/** Where a name, a number or a noun with a capital follows: what is followed by a small letter goes on in any case. */
const ABBREVIATIONS = [
  ...['dr', 'mr', 'mrs', 'ms', 'prof', 'st', 'sr', 'jr', 'gen', 'rep', 'sen', 'capt', 'lt', 'col', 'rev', 'mt', 'vs', 'fig', 'vol', 'pp'],
  ...['hr', 'fr', 'nr', 'bzw', 'ca', 'vgl', 'abb', 'bd', 'evtl', 'ggf', 'inkl', 'zzgl', 'str', 'tel', 'ing', 'mme', 'mlle', 'sra', 'dra'],
];

/** Languages that write a full stop behind a number for `th`. */
const ORDINAL_LANGUAGES: ReadonlySet<string> = new Set(['de', 'da', 'nb', 'nn', 'no', 'fi', 'is', 'cs', 'sk', 'sl', 'hr', 'sr', 'pl', 'hu', 'et', 'lv', 'tr']);
