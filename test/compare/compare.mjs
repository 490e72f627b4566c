import { installPeers } from './install.mjs';

/**
 * `npm run compare [-- --only <row>] [--markdown] [--verbose]`: the same faults, one by one.
 * `npm run compare -- --answers [--only <stream>] [--write] [--verbose]`: the same recorded streams, counted.
 */
installPeers();
await import(process.argv.includes('--answers') ? './answers.mjs' : './faults.mjs');
