import { createChoiceState, type ChoiceState } from './ChoiceState.ts';
import { Seen } from './Seen.ts';

/** What is known of each choice of an answer. Nearly every answer has one, so the others wait for a map until they come. */
export class ChoiceStates {
  /** Addresses and places cited, in the answer as a whole. */
  readonly cited: Seen = new Seen();
  #first: ChoiceState | undefined;
  #others: Map<number, ChoiceState> | undefined;

  /** How many choices have come. */
  count(): number {
    return (this.#first === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }

  /** The state of a choice, a new one where none of it has come before. */
  at(index: number): ChoiceState {
    if (this.#first === undefined) return (this.#first = createChoiceState(index, this.cited));
    if (this.#first.index === index) return this.#first;
    const others = (this.#others ??= new Map<number, ChoiceState>());
    let state = others.get(index);
    if (state === undefined) others.set(index, (state = createChoiceState(index, this.cited)));
    return state;
  }

  /** Whether any choice has a finish reason. */
  someFinished(): boolean {
    if (this.#first?.reason !== undefined) return true;
    for (const { reason } of this.#others?.values() ?? []) if (reason !== undefined) return true;
    return false;
  }

  /** Whether every choice that has come has a finish reason; true of none. */
  allFinished(): boolean {
    if (this.#first !== undefined && this.#first.reason === undefined) return false;
    for (const { reason } of this.#others?.values() ?? []) if (reason === undefined) return false;
    return true;
  }

  inOrder(): ChoiceState[] {
    if (this.#first === undefined) return [];
    return [this.#first, ...(this.#others?.values() ?? [])].sort((a, b) => a.index - b.index);
  }
}
