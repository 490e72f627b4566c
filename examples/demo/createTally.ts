import type { StreamEvent } from 'rx-completions';
import type { View } from './createScreen.ts';

/** Counts what went into the operators and what came out. */
export interface Tally {
  /** Takes note of an event as the endpoint sent it. */
  count(event: StreamEvent): void;
  /** Takes note of what came out of the pipeline. */
  countView(view: View): void;
  /** What each operator did, in a line. */
  lines(): readonly (readonly [operator: string, did: string])[];
}

export const createTally = (): Tally => {
  const sent = new Map<string, number>();
  const shown = new Map<string, number>();
  const openings: string[] = [];
  let text = '';

  const add = (counts: Map<string, number>, type: string): Map<string, number> =>
    counts.set(type, (counts.get(type) ?? 0) + 1);
  const count = (type: string): string => plural(sent.get(type) ?? 0, type);
  const made = (type: string): number => (shown.get(type) ?? 0) - (sent.get(type) ?? 0);

  return {
    count: (event) => {
      add(sent, event.type);
      if (event.type === 'text_delta' && openings.length < 3) openings.push(JSON.stringify(event.delta));
    },
    countView: (view) => {
      add(shown, view.type);
      if (view.type === 'answer') ({ text } = view);
    },
    lines: () => [
      ['fallbackEndpoints', `${count('fallback')}, and still one answer: ${count('start')}`],
      ['stripThink', `${openings.join(' ')} …: ${plural(made('reasoning_delta'), 'piece')} of thinking found in the text`],
      ['assembleToolCalls', `${count('tool_call_delta')} became ${plural(made('tool_call'), 'tool_call')}`],
      ['normalizeUsage', `${count('usage_report')} became ${plural(made('usage'), 'usage')}`],
      ['accumulateText', `${plural(shown.get('text_delta') ?? 0, 'text_delta')} became ${text.length} characters`],
    ],
  };
};

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
