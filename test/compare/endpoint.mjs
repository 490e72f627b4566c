import { scriptedEndpoint } from '../../dist/src/testing/index.js';
import { rows } from './rows.mjs';

// The endpoints, in a process of their own: what a flood costs is charged to its reader alone. Each call gets an endpoint,
// and a second one for rows that lead elsewhere; `look` tells what they saw.
const open = new Map();

const start = async (scripts, notes) => {
  const endpoint = await scriptedEndpoint((request, index) => {
    notes.times.push(Date.now());
    if (index === 0) endpoint.closed({ withinMs: 60_000 }).then(() => (notes.closedAt = Date.now()), () => undefined);
    return typeof scripts === 'function' ? scripts(request, index) : scripts;
  });
  return endpoint;
};

const commands = {
  async open(name) {
    const { play, elsewhere } = rows.find((row) => row.name === name);
    const notes = { times: [] };
    const other = elsewhere && (await start(elsewhere, { times: [] }));
    const endpoint = await start(play({ otherUrl: other?.baseUrl }), notes);
    open.set(endpoint.port, { endpoint, other, notes });
    return { port: endpoint.port, baseUrl: endpoint.baseUrl };
  },
  async look(port) {
    const { endpoint, other, notes } = open.get(port);
    const plain = ({ requests }) => requests.map(({ method, path, headers, body }) => ({ method, path, headers, body }));
    return { ...notes, requests: plain(endpoint), elsewhere: other && plain(other) };
  },
  async close(port) {
    const { endpoint, other } = open.get(port);
    open.delete(port);
    await Promise.all([endpoint.close(), other?.close()]);
  },
};

process.on('message', async ({ id, command, argument }) => {
  try {
    process.send({ id, result: await commands[command](argument) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
