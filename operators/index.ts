export type { AnyEvent, EventOperator } from './EventOperator.ts';
