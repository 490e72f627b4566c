import { createToolCallLedger, type ToolCallDraft, type ToolCallLedger } from '../../src/events/createToolCallLedger.ts';
import type { FinishEvent, FinishReason, ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import { createCallIds } from './createCallIds.ts';
import type { ToolCallEvent } from './ToolCallEvent.ts';
import type { ToolLike } from './ToolLike.ts';
import { toToolCall } from './toToolCall.ts';

export interface CallKeeperConfig {
  readonly tools?: readonly ToolLike[] | undefined;
  readonly maxToolCalls?: number | undefined;
  readonly maxToolInputBytes?: number | undefined;
}

/** A call as far as it has come: one object for all its fragments. */
export interface KeptCall {
  readonly choice: number;
  readonly callId: string;
  /** Grows with each fragment. */
  readonly draft: ToolCallDraft;
}

/** Keeps the tool calls of one answer. */
export interface CallKeeper {
  /** Adds a fragment to its call, and returns the call. */
  add(fragment: ToolCallDeltaEvent): KeptCall;
  noteFinish(finish: FinishEvent): void;
  /** Whether the calls of a choice have all they will ever have; `reason` is the one of `done`, absent before it. */
  isWhole(choice: number, reason?: FinishReason): boolean;
  /** Makes the events of all calls, or of those of one choice, choice by choice. For the end: it looks into the arguments. */
  toToolCalls(reason?: FinishReason, only?: number): readonly ToolCallEvent[];
  /** Forgets everything. */
  reset(): void;
}

interface ChoiceCalls {
  readonly ledger: ToolCallLedger;
  /** By the order of arrival. */
  readonly calls: KeptCall[];
}

export const createCallKeeper = (config: CallKeeperConfig): CallKeeper => {
  const { maxToolCalls = Infinity, maxToolInputBytes = Infinity } = config;
  const tools = config.tools && new Map(config.tools.map((tool) => [tool.name, tool]));
  const toolNames = tools && new Set(tools.keys());
  const choices = new Map<number, ChoiceCalls>();
  const reasons = new Map<number, FinishReason>();
  let callIds = createCallIds();

  const callsOf = (choice: number): ChoiceCalls => {
    const known = choices.get(choice);
    if (known !== undefined) return known;
    const opened = { ledger: createToolCallLedger({ toolNames, maxToolCalls, maxToolInputBytes }), calls: [] };
    choices.set(choice, opened);
    return opened;
  };

  const isWhole = (choice: number, reason?: FinishReason): boolean => !isCut(reasons.get(choice) ?? reason);

  return {
    isWhole,
    add: (fragment) => {
      const { choice } = fragment;
      const { ledger, calls } = callsOf(choice);
      const draft = ledger.add(fragment);
      return (calls[draft.order] ??= { choice, callId: callIds(draft.id, choice, draft.order), draft });
    },
    noteFinish: ({ choice, reason }) => void reasons.set(choice, tellingReason(reasons.get(choice), reason)),
    toToolCalls: (reason, only) =>
      [...choices]
        .filter(([choice]) => choice === (only ?? choice))
        .sort(([left], [right]) => left - right)
        .flatMap(([choice, { calls }]) => {
          const complete = isWhole(choice, reason);
          return inOrder(calls).map(({ draft, callId }, index) => toToolCall(draft, { choice, index, callId, complete }, tools));
        }),
    reset: () => {
      choices.clear();
      reasons.clear();
      callIds = createCallIds();
    },
  };
};

/** A lone `stop` may follow the reason that tells why the answer ended. */
const tellingReason = (known: FinishReason | undefined, reason: FinishReason): FinishReason =>
  known === undefined || known === 'stop' || known === 'unknown' ? reason : known;

const isCut = (reason: FinishReason | undefined): boolean =>
  reason === undefined || reason === 'length' || reason === 'content_filter';

/** A draft nothing ever came for is no call. */
export const isCall = ({ id, name, args, extra }: ToolCallDraft): boolean =>
  id !== undefined || extra !== undefined || name !== '' || args.trim() !== '';

/** By the endpoint's indices where each call has its own, else by arrival. */
const inOrder = (kept: readonly KeptCall[]): readonly KeptCall[] => {
  const calls = kept.filter(({ draft }) => isCall(draft));
  const indices = new Set(calls.map(({ draft }) => draft.index));
  if (indices.has(undefined) || indices.size < calls.length) return calls;
  return calls.sort((left, right) => (left.draft.index ?? 0) - (right.draft.index ?? 0));
};
