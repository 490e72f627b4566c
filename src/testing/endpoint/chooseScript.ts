import type { RecordedRequest } from './RecordedRequest.ts';
import type { Step } from './Step.ts';

/** What an endpoint does for one request: a `script()`, or its steps in an array. */
export type ScriptLike = Iterable<Step>;

/** One script for every request, or one for each (the last repeats), or a choice by the request and its number, from 0. */
export type Scripts = ScriptLike | readonly ScriptLike[] | ((request: RecordedRequest, index: number) => ScriptLike);

/** Scripts in one form; `listed` are those that a request is expected for. */
export interface ScriptChoice {
  readonly listed: readonly (readonly Step[])[];
  scriptFor(request: RecordedRequest, index: number): readonly Step[];
}

export const chooseScript = (scripts: Scripts): ScriptChoice => {
  if (typeof scripts === 'function') return { listed: [], scriptFor: (request, index) => [...scripts(request, index)] };
  const listed = isList(scripts) ? scripts.map((each) => [...each]) : [[...scripts]];
  return { listed, scriptFor: (_, index) => listed[Math.min(index, listed.length - 1)] ?? [] };
};

/** An array of scripts and an array of steps differ in what they hold. */
const isList = (scripts: ScriptLike | readonly ScriptLike[]): scripts is readonly ScriptLike[] =>
  Array.isArray(scripts) && scripts.some((each: object) => Symbol.iterator in each);
