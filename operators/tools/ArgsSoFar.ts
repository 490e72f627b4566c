import type { DeepPartial } from '../json/DeepPartial.ts';
import type { ToolInputOf, ToolLike } from './ToolLike.ts';

/** The arguments of one tool call as far as they have come. Not to be run: they are not checked, and not whole. */
export type ArgsSoFar<Tools extends readonly ToolLike[] = readonly ToolLike[]> = ArgsOf<Tools[number]>;

type ArgsOf<Tool extends ToolLike> = Tool extends ToolLike
  ? {
      readonly choice: number;
      /** The `callId` of the `tool_call` to come. */
      readonly callId: string;
      readonly name: Tool['name'];
      /** What is certain of the arguments; `undefined` when a new attempt has voided the call. */
      readonly value: DeepPartial<ToolInputOf<Tool>> | undefined;
      /** Whether these are all of them, of an answer that was not cut. */
      readonly complete: boolean;
    }
  : never;
