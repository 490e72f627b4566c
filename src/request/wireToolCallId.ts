import { createHash } from 'node:crypto';
import type { Draft } from './Draft.ts';

/**
 * The id of a tool call as the endpoint takes it. Where only nine letters and digits will do, another endpoint's id becomes
 * nine that depend on nothing else, so that a call and its result still belong together.
 */
export const wireToolCallId = (id: string, { manners }: Draft): string => {
  if (manners.toolCallIds === 'as_given' || NINE.test(id)) return id;
  return createHash('sha256').update(id).digest('hex').slice(0, 9);
};

const NINE = /^[a-zA-Z0-9]{9}$/;
