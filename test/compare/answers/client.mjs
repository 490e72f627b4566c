import { clients } from './clients.mjs';

// One client in a process of its own, asked one thing after the other: tells what its user gets.

const tasks = {
  answer: async (client, ask) => ({ answer: await client.answer(ask) }),
  object: async (client, ask) => {
    const shown = [];
    // What is shown may go on growing in place.
    const value = await client.object(ask, (partial) => shown.push(partial === undefined ? null : structuredClone(partial)));
    return { value, shown };
  },
  loop: async (client, ask) => {
    const runs = [];
    const said = await client.loop(ask, (name, input) => {
      runs.push({ name, value: input });
      return JSON.stringify({ name, value: input });
    });
    return { said, runs };
  },
};

process.on('message', async ({ task, ask }) => {
  try {
    process.send({ outcome: 'complete', ...(await tasks[task](client, ask)) });
  } catch (error) {
    process.send({ outcome: 'error', message: String(error?.message ?? error).slice(0, 200) });
  }
});
process.on('disconnect', () => process.exit());
// What a client throws past its user is not what its user got.
process.on('uncaughtException', () => undefined);
const client = await clients[process.argv[2]].load();
process.send({ ready: true, can: Object.keys(client) });
