import type { ToolCallDeltaEvent } from '../../src/events/StreamEvent.ts';
import type { ToolCallDraft } from '../../src/events/createToolCallLedger.ts';
import type { StageRun } from '../../src/stage.ts';
import { without } from '../without.ts';

/** The arguments of one call on their way. */
export interface CallLane {
  readonly draft: ToolCallDraft;
  /** Reads a fragment of this call. */
  push(fragment: ToolCallDeltaEvent): void;
  flush(): void;
  /** Whether nothing of it went out yet. */
  waits(): boolean;
}

export interface CallLaneConfig {
  readonly draft: ToolCallDraft;
  /** Whether the fragment that opens the call is told from the call before it only by its arguments. */
  readonly splits: boolean;
  /** Makes the reader of the arguments, which gives them away as it may. */
  readonly reader: (give: (text: string) => void) => StageRun<string>;
  readonly emit: (event: ToolCallDeltaEvent) => void;
  /** What else than the text stands in a fragment that goes on with this call. */
  readonly address: () => Pick<ToolCallDeltaEvent, 'index' | 'id'>;
}

/**
 * Whoever reads on tells calls apart by where pieces of arguments end: so no piece ends in a bracket, but where the fragment
 * itself did and another call follows.
 */
const MAY_END = /\}\s{0,64}$/;

export const createCallLane = ({ draft, splits, reader, emit, address }: CallLaneConfig): CallLane => {
  let { index, name } = { index: undefined as number | undefined, name: '' };
  let isNew = true;
  let opening: ToolCallDeltaEvent | undefined;
  let latest: ToolCallDeltaEvent | undefined;
  let out = '';
  const run = reader((text) => void (out += text));

  /** An index that nobody behind knows yet needs the id beside it. */
  const lateId = (): { id?: string } => (draft.index !== index && draft.id !== undefined ? { id: draft.id } : {});

  const release = (final: boolean): void => {
    if (latest === undefined || (!final && opening !== undefined && out.trim() === '')) return;
    const end = final ? out.length : (MAY_END.exec(out)?.index ?? out.length);
    if (end === 0) return;
    emit({ ...(opening ?? { ...without(latest, 'id', 'name', 'extra', 'index'), ...address(), ...lateId() }), delta: out.slice(0, end) });
    opening = undefined;
    out = out.slice(end);
  };

  const flush = (): void => {
    run.flush();
    release(true);
  };

  const open = (fragment: ToolCallDeltaEvent): void => {
    if (isNew && splits) opening = fragment;
    else if (isNew) emit({ ...fragment, delta: '' });
    else {
      const isNamed = fragment.id !== undefined || draft.index !== index;
      emit({ ...without(fragment, 'index', 'id'), ...address(), ...(isNamed && draft.id !== undefined && { id: draft.id }), delta: '' });
    }
  };

  return {
    draft,
    push: (fragment) => {
      // A name means something else before the arguments than behind them.
      if (!isNew && draft.name !== name) flush();
      if (isNew || (opening === undefined && (isOpening(fragment) || draft.index !== index))) open(fragment);
      ({ index, name } = draft);
      isNew = false;
      latest = fragment;
      run.push(fragment.delta);
      release(false);
    },
    flush,
    waits: () => opening !== undefined,
  };
};

const isOpening = ({ id, name, extra }: ToolCallDeltaEvent): boolean => id !== undefined || name !== undefined || extra !== undefined;
