interface Place {
  bytes: Uint8Array;
  next: Place | undefined;
}

/** Reads that wait, first come first served, at a cost that does not depend on how many do. */
export class HeldReads {
  #first: Place | undefined;
  #last: Place | undefined;
  #byteLength = 0;

  isEmpty(): boolean {
    return this.#first === undefined;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  push(bytes: Uint8Array): void {
    const place: Place = { bytes, next: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.#byteLength += bytes.length;
  }

  /** Takes the first read, or as much of it as `most` bytes; nothing where none waits. */
  take(most: number): Uint8Array {
    const place = this.#first;
    if (place === undefined) return new Uint8Array(0);
    const taken = place.bytes.subarray(0, most);
    this.#byteLength -= taken.length;
    if (place.bytes.length > most) place.bytes = place.bytes.subarray(most);
    else if ((this.#first = place.next) === undefined) this.#last = undefined;
    return taken;
  }
}
