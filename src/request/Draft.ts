import type { Manners } from './Manners.ts';

/** Something odd that is tolerated; reported after `start`. */
export interface RequestWarning {
  readonly code: string;
  readonly message: string;
}

/** A request while it is being written: how the endpoint wants it, and what was tolerated so far. */
export interface Draft {
  readonly manners: Manners;
  readonly warnings: RequestWarning[];
  /** Cache marks written so far. */
  cacheMarks: number;
}

/** Notes a warning once per code: a long history repeats the same oddity in every message. */
export const warn = (draft: Draft, code: string, message: string): void => {
  if (!draft.warnings.some((warning) => warning.code === code)) draft.warnings.push({ code, message });
};
