import { exceedsDepth } from '../../src/exceedsDepth.ts';
import { MAX_DEPTH } from '../json/MAX_DEPTH.ts';
import type { InlineCall } from './InlineCall.ts';
import { membersOf, splitJson } from './splitJson.ts';

/** The calls of a JSON text, one or a list; none at all where one of them does not say what it calls. */
export const callsIn = (json: string): readonly InlineCall[] => {
  if (exceedsDepth(json, MAX_DEPTH)) return [];
  try {
    JSON.parse(json);
  } catch {
    return [];
  }
  const calls = (json.startsWith('[') ? splitJson(json) : [json]).map(callOf);
  return calls.every((call) => call !== undefined) ? calls : [];
};

const callOf = (json: string): InlineCall | undefined => {
  if (!json.startsWith('{')) return undefined;
  const members = membersOf(json);
  const name = textOf(members.get('name'));
  if (name === undefined || name === '') return undefined;
  const id = textOf(members.get('id'));
  const args = members.get('arguments') ?? members.get('parameters') ?? '';
  // Some models write the arguments as endpoints send them: as a text that holds JSON.
  return { name, ...(id !== undefined && { id }), args: textOf(args) ?? args };
};

const textOf = (json = ''): string | undefined => (json.startsWith('"') ? (JSON.parse(json) as string) : undefined);
