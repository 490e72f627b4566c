import { isHost } from './isHost.ts';
import type { Manners } from './Manners.ts';

/** What one vendor's hosts want differently from the others. */
interface HostRow {
  readonly hosts: readonly string[];
  readonly wants: Partial<Manners>;
}

/** What a host wants where neither its row nor the model says so. */
export const COMMON_MANNERS: Manners = {
  includeUsage: true,
  maxTokensField: 'max_tokens',
  systemRole: 'system',
  reasoningReplay: 'omit',
  emptyReasoning: false,
  reasoningFormat: 'effort',
  toolCallIds: 'as_given',
  sendRouting: false,
  openRouterParts: false,
};

/** Each row with where it was seen: a recording, or the thread of somebody who ran into it. */
const ROWS: readonly HostRow[] = [
  // caozhiyuan/copilot-api#164, koosoli/ESPHomeDesigner#379: its newer models refuse `max_tokens`.
  { hosts: ['api.openai.com', 'openai.azure.com'], wants: { maxTokensField: 'max_completion_tokens' } },
  // corpus/openrouter
  {
    hosts: ['openrouter.ai'],
    wants: { reasoningReplay: 'reasoning', reasoningFormat: 'openrouter', sendRouting: true, openRouterParts: true },
  },
  // openai-agents-python#442: 422 for `stream_options`. anomalyco/opencode#1680, karthink/gptel#1203: 400 for ids of others.
  { hosts: ['api.mistral.ai'], wants: { includeUsage: false, toolCallIds: 'nine_alphanumeric' } },
  // continuedev/continue#10193, earendil-works/pi#3636: what was thought must come back.
  { hosts: ['deepseek.com', 'moonshot.ai', 'moonshot.cn', 'z.ai'], wants: { reasoningReplay: 'reasoning_content' } },
];

/** What is known of a host. */
export const hostManners = (host: string): Partial<Manners> => {
  for (const { hosts, wants } of ROWS) if (isHost(host, ...hosts)) return wants;
  return NOTHING_KNOWN;
};

const NOTHING_KNOWN: Partial<Manners> = {};
