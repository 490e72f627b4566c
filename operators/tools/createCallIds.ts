/** Names a call: with the endpoint's id while no other call of the answer has it, else with a made-up one. */
export type CallIds = (id: string | undefined, choice: number, order: number) => string;

/** Makes the names of one answer. The same fragments give the same names, in a test and when a recording is replayed. */
export const createCallIds = (): CallIds => {
  const taken = new Set<string>();
  return (id, choice, order) => {
    let callId = id ?? `call_${choice}_${order}`;
    if (taken.has(callId)) callId = `call_${choice}_${order}`;
    while (taken.has(callId)) callId += '_';
    taken.add(callId);
    return callId;
  };
};
