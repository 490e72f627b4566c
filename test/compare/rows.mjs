import { bodies } from './rows/bodies.mjs';
import { endings } from './rows/endings.mjs';
import { floods } from './rows/floods.mjs';
import { requests } from './rows/requests.mjs';
import { secrets } from './rows/secrets.mjs';
import { shapes } from './rows/shapes.mjs';

/**
 * What can go wrong, a row each: what the endpoint does (`play`), what the client is asked (`ask`), what to look for in its
 * error (`find`), and what is right (`judge`, by what the client's user got and the endpoint saw). `limitMs` is when a call
 * counts as hung; `alone` keeps other calls from running beside it.
 */
export const rows = [...endings, ...bodies, ...shapes, ...floods, ...requests, ...secrets];
