import { clockOf } from '../recovery/clockOf.ts';
import { createCircuit, type Circuit } from './createCircuit.ts';
import type { EndpointHealthConfig } from './EndpointHealthConfig.ts';
import type { EndpointState } from './EndpointState.ts';

/** The circuits of all endpoints met so far. */
export interface Circuits {
  /** The circuit of a key; a new one is closed. */
  of(key: string): Circuit;
  states(): Readonly<Record<string, EndpointState>>;
  /** How long until the next rest is over, in milliseconds; `undefined` when nobody rests. */
  nextRecoveryMs(): number | undefined;
  /** Whether an endpoint may be asked: when it is available, or when no other known one is and it is the next to recover. */
  mayAsk(key: string, among: readonly string[]): boolean;
}

export const createCircuits = ({
  failureThreshold = 5,
  windowMs = 60_000,
  cooldownMs = 30_000,
  quotaCooldownMs = 3_600_000,
  maxCooldownMs = 3_600_000,
  halfOpenProbes = 1,
  scheduler,
}: EndpointHealthConfig): Circuits => {
  const circuits = new Map<string, Circuit>();
  const now = clockOf(scheduler);
  const timeOfDay = scheduler === undefined ? () => Date.now() : now;
  const options = { failureThreshold, windowMs, cooldownMs, quotaCooldownMs, maxCooldownMs, halfOpenProbes, now, timeOfDay };

  const of = (key: string): Circuit => {
    let circuit = circuits.get(key);
    if (circuit === undefined) circuits.set(key, (circuit = createCircuit(options)));
    return circuit;
  };

  return {
    of,
    states: () => Object.fromEntries([...circuits].map(([key, { state }]) => [key, state])),
    nextRecoveryMs: () => {
      const rests = [...circuits.values()].map(({ restMs }) => restMs).filter((ms) => ms > 0);
      return rests.length === 0 ? undefined : Math.min(...rests);
    },
    mayAsk: (key, among) => {
      const own = of(key);
      if (own.isAvailable) return true;
      if (among.length === 0) return false;
      // A key that nobody has guarded is a slip of the pen rather than somebody to ask.
      const members = [...among, key].flatMap((member) => circuits.get(member) ?? []);
      if (members.some(({ isAvailable }) => isAvailable)) return false;
      const [next] = members.toSorted((one, other) => one.restMs - other.restMs);
      return next === own;
    },
  };
};
