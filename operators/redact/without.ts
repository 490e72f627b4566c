/** An event without some of its fields, which have to be optional. */
export const without = <Event extends object>(event: Event, names: readonly (keyof Event & string)[]): Event =>
  names.some((name) => name in event)
    ? // What is left out is optional, so the event is still one of its type.
      (Object.fromEntries(Object.entries(event).filter(([name]) => !(names as readonly string[]).includes(name))) as Event)
    : event;
