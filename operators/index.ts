export type { AnyEvent, EventOperator } from './EventOperator.ts';
export { stripThink, type StripThinkConfig } from './stripThink.ts';
export type { ThinkTag, ThinkTagPair } from './think/ThinkTag.ts';
