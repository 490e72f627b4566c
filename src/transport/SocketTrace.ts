/** What undici does not tell a request's handler: the socket the request waits for, and what that socket has carried. */
export class SocketTrace {
  #socket: unknown;
  #requests = 0;

  /** A new socket takes the place of the last one. */
  replace(socket: unknown): void {
    this.#socket = socket;
    this.#requests = 0;
  }

  /** Counts a request written to the socket; tells how many went before it. */
  use(): number {
    return this.#requests++;
  }

  /**
   * Closes the socket, also one that is not connected yet. undici notices only with a reason. Its own abort would do for a
   * connected one, but then undici 7 makes a new connection just to find that the request on it was aborted.
   */
  close(reason: Error): void {
    const socket = this.#socket;
    if (hasDestroy(socket)) socket.destroy(reason);
  }
}

const hasDestroy = (socket: unknown): socket is { destroy(reason: Error): void } =>
  typeof socket === 'object' && socket !== null && 'destroy' in socket;
