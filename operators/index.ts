export type { AnyEvent, EventOperator } from './EventOperator.ts';
export type { EventReader } from './liftReader.ts';
export { accumulateText, type AccumulateTextConfig } from './accumulateText.ts';
export { stripThink, type StripThinkConfig } from './stripThink.ts';
export type { ThinkTag, ThinkTagPair } from './think/ThinkTag.ts';
