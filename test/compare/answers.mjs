import { clients, OURS } from './answers/clients.mjs';
import { asText, failures, writeTable } from './answers/countTable.mjs';
import { fixtures } from './answers/fixtures.mjs';
import { isLoop, judgeAnswer, judgeLoop, judgeObject } from './answers/judge.mjs';
import { corpusFolder, hasCorpus, recordings } from './answers/recordings.mjs';
import { replayServer } from './answers/replayServer.mjs';
import { worker } from './answers/worker.mjs';
import { argumentOf, versionOf } from './install.mjs';

/**
 * The same recorded streams to this package and to the clients people use, from a server on loopback. Each client has a
 * process of its own; what it gets right is counted by an independent parser's figures.
 */
const LIMIT_MS = 10_000;

const only = argumentOf('--only');
const recorded = recordings();
const streams = [...fixtures, ...recorded].filter(({ name }) => only === undefined || name.includes(only));
if (streams.length === 0) throw new Error(`no stream is called like ${only}`);
const missing = `There are no recordings in ${corpusFolder}: only the streams written for this comparison are played. RX_COMPLETIONS_CORPUS names another folder.`;
if (process.argv.includes('--write') && streams.length < fixtures.length + recorded.length) throw new Error('the table in the README is of all streams');
if (process.argv.includes('--write') && !hasCorpus) throw new Error(`the table in the README is of all streams. ${missing}`);

const server = await replayServer();

const verdictsOf = async (name) => {
  const client = worker(name, LIMIT_MS);
  const run = async (task, { body, tools, choices, schema }) => {
    const session = server.open(body);
    const seen = await client.ask(task, { baseUrl: session.baseUrl, tools, choices, schema });
    return [seen, session.close()];
  };
  try {
    const verdicts = [];
    for (const stream of streams) {
      if (stream.choices > 1 && !clients[name].takesChoices) continue;
      const verdict = { stream: stream.name };
      Object.assign(verdict, judgeAnswer(stream, (await run('answer', stream))[0], clients[name].leaves));
      if (stream.schema !== undefined && (await client.can('object'))) Object.assign(verdict, judgeObject(stream, (await run('object', stream))[0]));
      if (isLoop(stream) && (await client.can('loop'))) Object.assign(verdict, judgeLoop(stream, ...(await run('loop', stream))));
      verdicts.push(verdict);
    }
    return verdicts;
  } finally {
    client.stop();
  }
};

const byClient = new Map();
try {
  const names = Object.keys(clients);
  const counted = await Promise.all(names.map(verdictsOf));
  names.forEach((name, at) => byClient.set(name, counted[at]));
} finally {
  server.close();
}

const versions = [...new Set(Object.values(clients).map(({ from }) => `${from} ${versionOf(from)}`))];
console.log(`${recorded.length} recorded streams and ${fixtures.length} written for this comparison; ${versions.join(', ')}, Node.js ${process.versions.node}`);
if (!hasCorpus) console.log(missing);
console.log(`\n${asText(byClient)}\n\nright of those that have it; – no notion of it\n`);
for (const failure of failures(byClient)) console.log(process.argv.includes('--verbose') ? failure : failure.slice(0, 180));

if (process.argv.includes('--write')) {
  const words =
    `The same streams for each client, ${recorded.length} recorded of real endpoints (they are not in this repository) and ${fixtures.length} in shapes that endpoints have\n` +
    'been seen to send: how many of those that have it come out right, by `npm run compare -- --answers`; `ai` by `@ai-sdk/openai-compatible`, – no notion of it.';
  writeTable(words, byClient);
}
process.exitCode = failures(new Map([[OURS, byClient.get(OURS)]])).length === 0 ? 0 : 1;
