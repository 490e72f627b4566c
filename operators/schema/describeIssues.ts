import { redact } from '../../src/errors/redact.ts';

/** What a Standard Schema has against a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod's names of fields that nobody asked for. */
  readonly keys?: readonly string[];
}

/** What is checked: the schema's vendor, and where the value stands in a whole that has a name. */
export interface IssuePlace {
  readonly vendor: string | undefined;
  readonly whole: string;
  readonly path?: readonly PropertyKey[];
}

/** The first issues in sentences a model can mend a value by. They tell places and what belongs there, and never repeat the value. */
export const describeIssues = (issues: readonly SchemaIssue[], place: IssuePlace): readonly string[] =>
  issues.slice(0, MAX_ISSUES).map((issue) => sentence(issue, place));

const MAX_ISSUES = 8;
/** A model may make up any number of fields. */
const MAX_KEYS = 8;

/** Where a value stands, in quotes: `items[0].id`. */
export const spellPath = (path: readonly PropertyKey[], whole: string): string =>
  path.length === 0
    ? whole
    : `\`${short(path.map((step, depth) => (typeof step === 'number' ? `[${step}]` : `${depth === 0 ? '' : '.'}${String(step)}`)).join(''))}\``;

/** Others than zod repeat the value in what they say of it. */
const sentence = ({ message, path = [], keys }: SchemaIssue, { vendor, whole, path: at = [] }: IssuePlace): string => {
  const place = spellPath([...at, ...path.map((step) => (typeof step === 'object' ? step.key : step))], whole);
  if (vendor === 'zod' && keys !== undefined) return `${place} has unknown fields: ${keys.slice(0, MAX_KEYS).map((key) => `\`${short(key)}\``).join(', ')}`;
  const expected = vendor === 'zod' ? short(message.replace(KIND_OF_ISSUE, '').replace(/, received .*$/s, '')) : '';
  return expected === '' ? `${place} does not fit` : `${place}: ${expected}`;
};

const KIND_OF_ISSUE = /^(?:Invalid (?:input|option|string)|Too (?:big|small))(?:: |$)/;

/** Paths and names are the model's own words, and as long as it likes. */
const short = (text: string): string => {
  const shown = redact(text);
  return shown.length > MAX_CHARS ? `${shown.slice(0, MAX_CHARS - 1)}…` : shown;
};

const MAX_CHARS = 200;
