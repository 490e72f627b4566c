/**
 * The five operators on one call, live in the terminal. Run it with `npm run demo`, or against an endpoint of your own with
 * `npm run demo -- --base-url http://localhost:8000/v1 --model qwen3`.
 */
import { runDemo } from './demo/runDemo.ts';

const { stdout, env } = process;
const stopped = new AbortController();
// Once: a second Ctrl-C ends the process even if something hangs.
process.once('SIGINT', () => stopped.abort());
// A reader that has seen enough (`| head`) is no failure.
stdout.on('error', () => process.exit());

process.exitCode = await runDemo(process.argv.slice(2), {
  environment: env,
  signal: stopped.signal,
  live: stdout.isTTY,
  colours: stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
  // Some pseudo-terminals say they have no columns.
  width: stdout.isTTY ? Math.max(40, Math.min(stdout.columns, 100)) : Number.POSITIVE_INFINITY,
  write: (text) => stdout.write(text),
});
