import type { CompletionError } from '../../src/errors/CompletionError.ts';
import type { Endpoint } from '../../src/errors/Endpoint.ts';
import type { StartEvent } from '../../src/events/StreamEvent.ts';
import type { AnyEvent } from '../EventOperator.ts';
import type { Trial } from './createCircuit.ts';
import type { Circuits } from './createCircuits.ts';

/** Tells a circuit how one call goes. */
export interface Witness {
  /** Whether the event was news to the circuit. */
  see(event: AnyEvent): boolean;
  fail(error: CompletionError): void;
  leave(): void;
}

/** Without a key, the call's endpoint is the key; it is known at its `start`, or when it fails. */
export const createWitness = (circuits: Circuits, key: string | undefined): Witness => {
  let trial: Trial | undefined;
  let known: string | undefined;

  const meet = (name: string): Trial => {
    if (trial !== undefined && name === known) return trial;
    trial?.leave();
    known = name;
    return (trial = circuits.of(name).begin());
  };
  if (key !== undefined) meet(key);

  return {
    see: (event) => {
      if (event.type === 'done') {
        trial?.succeed();
        return trial !== undefined;
      }
      // Events of one `type` have one shape, which is what the discriminated union promises.
      if (event.type !== 'start' || key !== undefined) return false;
      meet(nameOf((event as AnyEvent & StartEvent).endpoint));
      return true;
    },
    fail: (error) => {
      const name = key ?? (error.endpoint === undefined ? known : nameOf(error.endpoint));
      if (name !== undefined) meet(name).fail(error);
    },
    leave: () => trial?.leave(),
  };
};

const nameOf = ({ provider, model, host }: Endpoint): string => `${provider} ${model} ${host}`;
