import type { ToolInputOf, ToolLike } from '../tools/ToolLike.ts';

/** What a tool's handler is told beside the input. */
export interface ToolRunContext {
  /** Aborts when nobody waits for the result any more: the loop was unsubscribed, or the call took too long. */
  readonly signal: AbortSignal;
  /** The `callId` of the `tool_call`. */
  readonly callId: string;
}

/** A tool with what runs its calls. */
export type RunnableTool<Declared extends ToolLike = ToolLike> = Declared & {
  readonly run: (input: ToolInputOf<Declared>, context: ToolRunContext) => unknown;
};

/** What `runTools` takes: a tool without `run` is the caller's to answer. */
export interface LoopTool extends ToolLike {
  // Every handler is one whose input is not known here.
  readonly run?: ((input: never, context: ToolRunContext) => unknown) | undefined;
}

/**
 * Adds a handler to a tool, for `runTools`. `input` is what the tool's schema makes of the arguments; calls that do not fit
 * it never come. The result is a value, a Promise or an Observable, of which the last value counts; text goes to the model
 * as it is, everything else as JSON. The tool stays one that a call's `tools` take.
 *
 * @example
 * import { runnableTool } from 'rx-completions/operators';
 * import { z } from 'zod';
 *
 * const parameters = z.object({ url: z.url() });
 * const page = runnableTool({ name: 'page', parameters }, ({ url }, { signal }) => fetch(url, { signal }).then((page) => page.text()));
 */
export const runnableTool = <const Declared extends ToolLike>(
  tool: Declared,
  run: (input: ToolInputOf<Declared>, context: ToolRunContext) => unknown,
): RunnableTool<Declared> => ({ ...tool, run });
