import { clients } from './clients.mjs';

// One client in a process of its own: answers each request to run with what it cost this process and what it found.
process.on('message', async ({ client, url, times }) => {
  try {
    const run = await clients[client]();
    const before = process.cpuUsage();
    const began = performance.now();
    let found = 0;
    for (let time = 0; time < times; time += 1) found = await run(url);
    const { user, system } = process.cpuUsage(before);
    process.send({ cpuMs: (user + system) / 1000 / times, wallMs: (performance.now() - began) / times, found });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
