/** What the caller set over what holds otherwise; a field set to `undefined` counts as not set. */
export const withDefaults = <Settings extends object>(
  defaults: Settings,
  given: Partial<Settings> | undefined,
): Settings =>
  given === undefined
    ? defaults
    : { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
