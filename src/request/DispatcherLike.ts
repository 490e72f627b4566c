/** Any undici `Dispatcher`: an Agent, a Pool, a ProxyAgent, a MockAgent. Only the transport knows undici itself. */
export interface DispatcherLike {
  // A method, not a property: its parameters then accept undici's narrower types.
  dispatch(options: object, handler: object): boolean;
}
