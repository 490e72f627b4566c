import type { FinishReason, StreamEvent, ToolCallDeltaEvent } from '../src/events/StreamEvent.ts';
import type { Stage } from '../src/stage.ts';
import { expectConfig } from './expectConfig.ts';
import { createJsonReader, type JsonReader } from './json/createJsonReader.ts';
import { liftReader, type EventReader } from './liftReader.ts';
import type { ArgsSoFar } from './tools/ArgsSoFar.ts';
import { createCallKeeper, type KeptCall } from './tools/createCallKeeper.ts';
import type { ToolLike } from './tools/ToolLike.ts';

/** Config of `accumulateArgs`. */
export interface AccumulateArgsConfig<Tools extends readonly ToolLike[] = readonly ToolLike[]> {
  /**
   * The tools offered: they type the arguments, and calls of other tools are left out.
   *
   * @defaultValue any tool
   */
  readonly tools?: Tools | undefined;
  /**
   * The choice whose calls are read, for calls with `n > 1`.
   *
   * @defaultValue all of them
   */
  readonly choice?: number | undefined;
}

/**
 * Emits the arguments of each tool call as far as they are certain, whenever more of them is: for showing a call while the
 * model writes it. They are not checked by the tool's schema; run what `assembleToolCalls` gives, under the same `callId`.
 *
 * What is shown is never taken back: a string grows, a list and an object grow, a number, a literal and a field's name come
 * when they are over. Only a field given twice is replaced, as by `JSON.parse`. A call that is whole comes once more with
 * `complete: true`, at `done` and never earlier. Arguments that are no JSON object stay as they were before that showed.
 *
 * A `start` voids what came before it; each call that had been shown is emitted once more, with `value: undefined`. Linear in
 * the length of the answer: a list or an object that has grown long is copied to be shown, and so is shown less often.
 *
 *     in:   s-c-c-c-f-d|      c = '{"city":"Be', 'rn","days":1', '2}'
 *     out:  --a-b-c---C|      a = { city: "Be" }  b = { city: "Bern" }  c = { city: "Bern", days: 12 }  C = c, complete
 *
 * @example
 * import { of } from 'rxjs';
 * import { accumulateArgs } from 'rx-completions/operators';
 *
 * const fragment = (delta: string) => ({ type: 'tool_call_delta', choice: 0, id: 'c0', name: 'weather', delta }) as const;
 * of(fragment('{"city":"Be'), fragment('rn","days":1'))
 *   .pipe(accumulateArgs())
 *   .subscribe(({ name, value }) => console.log(name, value)); // weather { city: 'Be' }, weather { city: 'Bern' }
 *
 * @see assembleToolCalls
 */
export const accumulateArgs = <const Tools extends readonly ToolLike[] = readonly ToolLike[]>(
  config: AccumulateArgsConfig<Tools> = {},
): EventReader<ArgsSoFar<Tools>> => {
  expectConfig<AccumulateArgsConfig>('accumulateArgs', config, { tools: true, choice: true });
  // What the types say of `tools`, the stage sees to at run time, as far as the model keeps to the schema.
  return liftReader(createArgsAccumulator(config)) as EventReader<ArgsSoFar<Tools>>;
};

interface OpenCall {
  readonly kept: KeptCall;
  readonly reader: JsonReader;
  shown: boolean;
}

const createArgsAccumulator =
  ({ tools, choice }: AccumulateArgsConfig): Stage<StreamEvent, ArgsSoFar> =>
  (emit) => {
    const names = tools && new Set(tools.map(({ name }) => name));
    const keeper = createCallKeeper({ tools });
    const calls = new Map<KeptCall, OpenCall>();

    const show = ({ kept: { choice, callId, draft } }: OpenCall, value: ArgsSoFar['value'], complete: boolean): void =>
      emit({ choice, callId, name: draft.name, value, complete });

    const add = (event: ToolCallDeltaEvent): void => {
      const kept = keeper.add(event);
      const call = calls.get(kept) ?? { kept, reader: createJsonReader(), shown: false };
      calls.set(kept, call);
      call.reader.push(event.delta);
      if (!call.reader.isDue() || names?.has(kept.draft.name) === false) return;
      const value = call.reader.show();
      if (!isObject(value)) return;
      call.shown = true;
      show(call, value, false);
    };

    const complete = (reason?: FinishReason): void => {
      for (const call of calls.values()) {
        const { kept, reader } = call;
        reader.end();
        if (!keeper.isWhole(kept.choice, reason) || names?.has(kept.draft.name) === false || reader.failure() !== undefined) continue;
        const value = reader.show();
        // Endpoints say "no arguments" with nothing, with white space or with `null`.
        if (value === null || (value === undefined && kept.draft.args.trim() === '')) show(call, {}, true);
        else if (isObject(value) && reader.isWhole()) show(call, value, true);
      }
      reset();
    };

    const reset = (): void => {
      keeper.reset();
      calls.clear();
    };

    return {
      push: (event) => {
        if (event.type === 'start') {
          const shown = [...calls.values()].filter((call) => call.shown);
          reset();
          for (const call of shown) show(call, undefined, false);
        } else if (event.type === 'finish') keeper.noteFinish(event);
        else if (event.type === 'done') complete(event.reason);
        else if (event.type === 'tool_call_delta' && (choice ?? event.choice) === event.choice) add(event);
      },
      flush: () => complete(),
    };
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
