/** What the caller set over what holds otherwise; a field set to `undefined` counts as not set. */
export const withDefaults = <Settings extends object>(
  defaults: Settings,
  given: Partial<Settings> | undefined,
): Settings => {
  if (given === undefined) return defaults;
  const settings = { ...defaults };
  for (const name in given) settings[name] = given[name] ?? defaults[name];
  return settings;
};
