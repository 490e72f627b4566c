import { CompletionError } from '../errors/CompletionError.ts';
import { createObjectBoundary, type ObjectBoundary } from './createObjectBoundary.ts';
import { areTwoNames, nameAfter } from './toolCallName.ts';

/** A piece of a tool call as sent: any of its keys may be missing, and an empty one is as good as missing. */
export interface ToolCallFragment {
  readonly index?: number | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly delta: string;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A call as far as it has come. */
export interface ToolCallDraft {
  /** The call's place in the order of arrival, from 0. */
  readonly order: number;
  index: number | undefined;
  id: string | undefined;
  name: string;
  /** The arguments' JSON text so far. It grows by appending; looking into it at each fragment is quadratic. */
  args: string;
  extra?: Record<string, unknown>;
}

/** Says which call each fragment of one choice belongs to. */
export interface ToolCallLedger {
  /** Adds a fragment to its call, which is a new one where need be, and returns the call. */
  add(fragment: ToolCallFragment): ToolCallDraft;
  /** The calls in the order of arrival. */
  readonly drafts: readonly ToolCallDraft[];
}

export interface ToolCallLedgerOptions {
  /** Names of the tools offered, where known: they tell a name sent in pieces from a name replaced. */
  readonly toolNames?: ReadonlySet<string> | undefined;
  readonly maxToolCalls: number;
  /** Bound of one call's name and of its arguments, in UTF-16 units. */
  readonly maxToolInputBytes: number;
  readonly warn?: ((code: string, message: string) => void) | undefined;
}

interface Call {
  readonly draft: ToolCallDraft;
  readonly boundary: ObjectBoundary;
}

/**
 * Makes the ledger of one choice of one attempt. A fragment is matched by its id, else by its index, else it continues the
 * call of the fragment before it. Calls are kept in maps and in the order of arrival, so no index can make a hole.
 */
export const createToolCallLedger = (options: ToolCallLedgerOptions): ToolCallLedger => {
  const { toolNames, maxToolCalls, maxToolInputBytes, warn } = options;
  const drafts: ToolCallDraft[] = [];
  const byId = new Map<string, Call>();
  const byIndex = new Map<number, Call>();
  let latest: Call | undefined;
  let warnedOfIndex = false;

  const open = (id: string | undefined, index: number | undefined): Call => {
    if (drafts.length >= maxToolCalls) throw overLimit('maxToolCalls', maxToolCalls);
    const draft: ToolCallDraft = { order: drafts.length, index: undefined, id: undefined, name: '', args: '' };
    drafts.push(draft);
    const call = { draft, boundary: createObjectBoundary() };
    identify(call, id, index);
    return call;
  };

  const identify = (call: Call, id: string | undefined, index: number | undefined): void => {
    call.draft.id ??= id;
    call.draft.index ??= index;
    if (id !== undefined && call.draft.id === id) byId.set(id, call);
    if (index !== undefined && call.draft.index === index) byIndex.set(index, call);
  };

  /** The call an index means: the one that has it, or the latest that has none yet and is merely continued. */
  const atIndex = (index: number, name: string): Call | undefined =>
    byIndex.get(index) ?? (name === '' && latest?.draft.index === undefined ? latest : undefined);

  const find = (id: string | undefined, index: number | undefined, name: string): Call | undefined => {
    const near = index === undefined ? latest : atIndex(index, name);
    const known = id === undefined || near?.draft.id === id ? undefined : byId.get(id);
    if (known !== undefined) return isReused(known.draft, index, name) ? undefined : known;
    if (near === undefined) return undefined;
    if (id !== undefined && near.draft.id !== id) return isNewCall(near, name) ? undefined : near;
    return id === undefined && index === undefined && isOtherName(near.draft, name, toolNames) ? undefined : near;
  };

  const usable = (index: number | undefined): number | undefined => {
    if (index === undefined || (Number.isSafeInteger(index) && index >= 0)) return index;
    if (!warnedOfIndex) warn?.('tool_index', 'a tool call came with an unusable index; it was taken as having none');
    warnedOfIndex = true;
    return undefined;
  };

  return {
    drafts,
    add: (fragment) => {
      const { delta, extra } = fragment;
      const id = fragment.id || undefined;
      const index = usable(fragment.index);
      let name = fragment.name ?? '';
      let call = find(id, index, name);
      if (call?.boundary.isCrossedBy(delta, call.draft.args) === true) {
        warn?.('tool_call_split', 'a second set of arguments came under one tool call; it was taken as another call');
        name ||= call.draft.name;
        call = open(id, index ?? call.draft.index);
      } else if (call === undefined) call = open(id, index);
      else identify(call, id, index);
      const { draft } = (latest = call);
      draft.name = nameAfter(draft.name, name, draft.args !== '', toolNames);
      draft.args += delta;
      if (Math.max(draft.name.length, draft.args.length) > maxToolInputBytes)
        throw overLimit('maxToolInputBytes', maxToolInputBytes);
      call.boundary.read(delta);
      if (extra !== undefined) keep((draft.extra ??= {}), extra);
      return draft;
    },
  };
};

/** Some endpoints number every call `call_0`: another index with another name is another call, whatever its id. */
const isReused = (draft: ToolCallDraft, index: number | undefined, name: string): boolean =>
  index !== undefined && draft.index !== undefined && index !== draft.index && name !== '' && name !== draft.name;

/**
 * Whether an id not seen before begins a call although another one stands there. It does when it brings a name of its own.
 * Without one it is a call's late id, or one of the random ids that some vLLM versions put on every fragment, unless the
 * call that stands there has all its arguments.
 */
const isNewCall = ({ draft, boundary }: Call, name: string): boolean =>
  boundary.isBehind(draft.args) || (name !== '' && !(draft.id === undefined && (draft.name === '' || draft.name === name)));

/** Whether a fragment with neither id nor index names another call than the latest. */
const isOtherName = (draft: ToolCallDraft, name: string, toolNames: ReadonlySet<string> | undefined): boolean =>
  name !== '' &&
  draft.name !== '' &&
  name !== draft.name &&
  (draft.args !== '' || areTwoNames(draft.name, name, toolNames));

/** Defines each field: assigning one called `__proto__` would change the object's prototype instead. */
const keep = (target: Record<string, unknown>, fields: Readonly<Record<string, unknown>>): void => {
  for (const [key, value] of Object.entries(fields))
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};

const overLimit = (limit: string, value: number): CompletionError =>
  new CompletionError('limit', { message: `the endpoint sent more tool calls or arguments than ${limit} allows (${value})` });
