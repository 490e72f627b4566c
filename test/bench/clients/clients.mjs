import { floors } from './floors.mjs';
import { ours } from './ours.mjs';
import { peers } from './peers.mjs';

/**
 * The contenders: `load` takes a base URL, loads what it needs and gives a function that makes one call and tells its answer.
 * `title` is what a client is shown as, where that is not its name; `from` is the package whose version is told.
 */
export const clients = { ...floors, ...peers, ...ours };

/** What all others are a multiple of. */
export const FLOOR = 'floor';

export const isOurs = (name) => clients[name].isOurs === true;

export const titleOf = (name) => clients[name].title ?? name;
