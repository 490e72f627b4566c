import { createToolCallLedger, type ToolCallDraft } from '../../src/events/createToolCallLedger.ts';
import type { ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { StageRun } from '../../src/stage.ts';
import { createCallLane, type CallLane, type CallLaneConfig } from './createCallLane.ts';

/**
 * Leads the fragments of one choice each to its call, as `assembleToolCalls` finds it, and out again so that it finds the
 * same calls behind: what is held goes out before another call could be taken for its own.
 */
export const createCallLanes = (
  reader: CallLaneConfig['reader'],
  emit: (event: ToolCallDeltaEvent) => void,
): StageRun<ToolCallDeltaEvent> => {
  let splits = false;
  const ledger = createToolCallLedger({
    maxToolCalls: Infinity,
    maxToolInputBytes: Infinity,
    warn: (code) => void (splits ||= code === 'tool_call_split'),
  });
  const lanes = new Map<ToolCallDraft, CallLane>();
  /** How many calls have an index, or an id. */
  const owners = new Map<number | string, Set<ToolCallDraft>>();
  let latest: CallLane | undefined;

  const own = (draft: ToolCallDraft): void => {
    for (const key of [draft.index, draft.id]) {
      if (key === undefined) continue;
      const sharing = owners.get(key);
      if (sharing === undefined) owners.set(key, new Set([draft]));
      else sharing.add(draft);
    }
  };
  const isAlone = (key: number | string | undefined): boolean => key !== undefined && owners.get(key)?.size === 1;

  const address = ({ index, id }: ToolCallDraft): ReturnType<CallLaneConfig['address']> => ({
    ...(index !== undefined && { index }),
    ...(id !== undefined && !isAlone(index) && { id }),
  });

  /** Before a call that is new, or has a new index: all that may be taken for it, and the latest last. */
  const makeWay = (draft: ToolCallDraft, needsLatest: boolean): void => {
    const { index, id } = draft;
    for (const lane of lanes.values()) {
      const shares = (index !== undefined && lane.draft.index === index) || (id !== undefined && lane.draft.id === id);
      if (lane !== latest && lane.draft !== draft && (shares || (index === undefined && id === undefined))) lane.flush();
      else if (lane === latest && lane.draft !== draft && (shares || needsLatest)) needsLatest = true;
    }
    if (needsLatest && latest?.draft !== draft) latest?.flush();
  };

  /** Whether the latest call has a say in what a fragment begins. */
  const decides = (lane: CallLane, { index, id, name }: ToolCallDeltaEvent): boolean =>
    lane.waits() ||
    (!isAlone(lane.draft.index) && !isAlone(lane.draft.id)) ||
    !((index !== undefined && lane.draft.index !== undefined) || (id !== undefined && name !== undefined && lane.draft.id !== undefined));

  return {
    push: (fragment) => {
      splits = false;
      const draft = ledger.add(fragment);
      let lane = lanes.get(draft);
      if (lane === undefined) {
        makeWay(draft, latest !== undefined && decides(latest, fragment));
        lane = createCallLane({ draft, splits, reader, emit, address: () => address(draft) });
        lanes.set(draft, lane);
      } else if (draft.index !== undefined && owners.get(draft.index)?.has(draft) !== true) makeWay(draft, true);
      else if (latest !== lane && latest !== undefined && !isAlone(latest.draft.index) && !isAlone(latest.draft.id)) latest.flush();
      own(draft);
      latest = lane;
      lane.push(fragment);
    },
    flush: () => {
      for (const lane of lanes.values()) if (lane !== latest) lane.flush();
      latest?.flush();
    },
  };
};
