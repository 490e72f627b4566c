/**
 * A call's name after another piece of it. Most endpoints repeat the whole name or never send it again; Gemini's
 * compatible endpoint cuts it. A repeat is ignored, a piece is appended while it can still make a name that was offered
 * and no arguments have come, and anything else takes the name's place. Where no tools are known, a piece is appended as
 * the standard has it, unless it repeats what has come so far and goes on.
 */
export const nameAfter = (
  name: string,
  piece: string,
  hasArguments: boolean,
  toolNames: ReadonlySet<string> | undefined,
): string => {
  if (piece === '' || piece === name) return name;
  if (name === '' || hasArguments) return piece;
  const joined = name + piece;
  if (toolNames !== undefined) return isBeginning(joined, toolNames) ? joined : piece;
  return piece.length > name.length && piece.startsWith(name) ? piece : joined;
};

/** Whether two names that met without id or index belong to two calls: both were offered and do not make a third. */
export const areTwoNames = (name: string, piece: string, toolNames: ReadonlySet<string> | undefined): boolean =>
  toolNames !== undefined &&
  name !== piece &&
  toolNames.has(name) &&
  toolNames.has(piece) &&
  !isBeginning(name + piece, toolNames);

const isBeginning = (text: string, toolNames: ReadonlySet<string>): boolean => {
  for (const toolName of toolNames) if (toolName.startsWith(text)) return true;
  return false;
};
