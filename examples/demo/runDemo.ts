import { connect, fromEvent, lastValueFrom, map, merge, takeUntil, tap } from 'rxjs';
import { defineTool, streamOpenAICompletions, type Context } from 'rx-completions';
import {
  accumulateText,
  assembleToolCalls,
  fallbackEndpoints,
  normalizeUsage,
  stripThink,
} from 'rx-completions/operators';
import { z } from 'zod';
import { adviceFor } from './adviceFor.ts';
import { answeringEndpoint, failingEndpoint } from './endpoints.ts';
import { createScreen, type Terminal } from './createScreen.ts';
import { createTally } from './createTally.ts';
import { HELP, readOptions } from './readOptions.ts';

/** What the demo needs of the process it runs in. */
export interface Surroundings extends Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user has seen enough. */
  readonly signal: AbortSignal;
  /** Whether somebody watches, so that the scripted answer comes at a natural pace. */
  readonly live: boolean;
}

const weather = defineTool({
  name: 'weather',
  description: 'The weather of today in a city',
  parameters: z.object({ city: z.string(), unit: z.enum(['celsius', 'fahrenheit']).default('celsius') }),
});

/** Runs the demo and gives its exit code. */
export const runDemo = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
  const { write, environment, signal, live } = surroundings;
  const screen = createScreen(surroundings);
  try {
    const options = readOptions(args);
    if (options.help) {
      write(HELP);
      return 0;
    }
    await using failing = await failingEndpoint(live);
    await using answering = await answeringEndpoint(options, environment, live);

    const tools = options.tools ? [weather] : [];
    const context: Context = { messages: [{ role: 'user', content: options.prompt }], tools };
    const first = streamOpenAICompletions(failing.model, context, { apiKey: null });
    const second = streamOpenAICompletions(answering.model, context, answering.options);
    const tally = createTally();

    screen.asks(options.prompt, failing.model);
    const views = first.pipe(
      fallbackEndpoints([second]),
      tap((event) => tally.count(event)),
      stripThink(),
      assembleToolCalls({ tools }),
      normalizeUsage(),
      // One call, two readers: the events for the screen, and the answer's text so far.
      connect((events) => merge(events, events.pipe(accumulateText(), map((text) => ({ type: 'answer' as const, text }))))),
      tap((view) => tally.countView(view)),
      takeUntil(fromEvent(signal, 'abort')),
    );
    await lastValueFrom(views.pipe(tap((view) => screen.show(view))), { defaultValue: undefined });
    if (signal.aborted) screen.stopped();
    else screen.summary(tally.lines());
    return signal.aborted ? 130 : 0;
  } catch (error) {
    screen.failed(adviceFor(error));
    return 1;
  }
};
