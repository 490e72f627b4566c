import type { MarkupReader } from './MarkupReader.ts';
import { readDeepSeek } from './readDeepSeek.ts';
import { readHermes } from './readHermes.ts';
import { readKimi, readKimiCall } from './readKimi.ts';
import { readLlama } from './readLlama.ts';
import { readMistral } from './readMistral.ts';
import { readQwen, readQwenFunction } from './readQwen.ts';

/** A way to write tool calls into the text, named for the models that made it known. */
export type InlineToolDialect = 'hermes' | 'qwen' | 'mistral' | 'llama' | 'kimi' | 'deepseek';

/** Of two that open alike, what comes next decides; where that is neither, the tag is text at once. */
export const DIALECTS: Readonly<Record<InlineToolDialect, readonly MarkupReader[]>> = {
  hermes: [{ open: '<tool_call>', begins: /[[{]/, read: readHermes }],
  qwen: [
    { open: '<tool_call>', begins: /</, read: readQwen },
    { open: '<function=', begins: /\w/, read: readQwenFunction },
  ],
  mistral: [{ open: '[TOOL_CALLS]', begins: /[[\w]/, read: readMistral }],
  llama: [{ open: '<|python_tag|>', begins: /\{/, read: readLlama }],
  kimi: [
    { open: '<|tool_calls_section_begin|>', begins: /</, read: readKimi },
    { open: '<|tool_call_begin|>', begins: /\w/, read: readKimiCall },
  ],
  deepseek: [{ open: '<｜tool▁calls▁begin｜>', begins: /</, read: readDeepSeek }],
};
