import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshPackage, root, type FreshPackage } from './freshPackage.ts';

let built: FreshPackage;
beforeAll(async () => {
  built = await freshPackage();
}, 60_000);
afterAll(() => built[Symbol.asyncDispose]());

/** What each example prints, line by line where it is all told. */
const PRINTS: Readonly<Record<string, (output: string) => void>> = {
  printAnswer: (output) =>
    expect(lines(output)).toEqual([
      'Nothing runs until you subscribe.',
      '(stop)',
      'Nothing run',
      'Nothing runs until you',
      'Nothing runs until you subscribe.',
    ]),
  reasoningPane: (output) => expect(output).toContain("{ thinking: 'Six times seven.', answer: 'It is 42.' }"),
  toolCall: (output) =>
    expect(lines(output)).toEqual(['weather {"city":"Bern"} -> 7 degrees in Bern', 'It is 7 degrees in Bern.']),
  toolLoop: (output) =>
    expect(lines(output)).toEqual([
      'weather: {"city":"Bern","degrees":7}',
      'send_mail: error: the call was refused: ask again on Monday',
      'It is 7 degrees, and nobody knows.',
      '2 calls',
    ]),
  answerParts: (output) => expect(lines(output)).toEqual(['0 reasoning: Look it up..', '1 text: One moment..', '2 weather: {"city":"Bern"}.']),
  conversation: (output) => expect(lines(output)).toEqual(['One moment.', 'It is 7 degrees in Bern.', '4 messages']),
  growingFile: (output) =>
    expect(lines(output)).toEqual(['write {"text":"Mar', 'write {"text":"Marbles roll by', 'write {"text":"Marbles roll by."}', 'write is whole']),
  severalChoices: (output) => expect(lines(output).sort()).toEqual(['0: Rx for bugs', '1: Stream on']),
  usageAcrossEndpoints: (output) => {
    const rows = lines(output).map((line) => line.split('│').map((cell) => cell.trim()));
    const row = (endpoint: string): string[] | undefined => rows.find((cells) => cells[2] === `'${endpoint}'`)?.slice(3, -1);
    expect(row('openai')).toEqual(['90', '40', '130', '40', '26', 'undefined']);
    expect(row('openrouter')).toEqual(['90', '40', '130', '40', '90', '0.0021']);
    expect(row('deepseek')).toEqual(row('openai'));
    expect(row('xai')).toEqual(['90', '10', '130', '40', '90', 'undefined']);
    expect(row('proxy')).toEqual(row('openai'));
    expect(output).toContain('{ input: 450, output: 170 }');
  },
  fallbackChain: (output) =>
    expect(lines(output)).toEqual([
      'failed: http_status',
      'failed: timeout',
      'failed: connection_lost',
      'good, attempt 4',
      'Here',
      'Here I a',
      'Here I am.',
    ]),
  structuredAnswer: (output) =>
    expect(lines(output)).toEqual([
      "asked again: [ 'json_schema' ]",
      '2 in Bern',
      '1 in Chur',
      "{ stops: [ { city: 'Bern', nights: 2 }, { city: 'Chur', nights: 1 } ] }",
    ]),
  spokenAnswer: (output) => expect(lines(output)).toEqual(['Your parcel left Bern at 8.30 today.', 'Ask for number on file.']),
  spendingLimit: (output) =>
    expect(lines(output)).toEqual(['first_content in time', 'budget the budget of 200 tokens is spent (204)', '816 characters were shown']),
  ownOperator: (output) => expect(lines(output)).toEqual(['It is cold.', 'Take a jacket!', 'Or two']),
  testYourPipeline: (output) => {
    expect(output).toContain('an operator resets on start');
    expect(lines(output).slice(-2)).toEqual(["[ 'Grü' ] connection_lost true", '2 requests, unsubscribed in time']);
  },
};

const lines = (output: string): string[] => output.trimEnd().split('\n');

const names = (await readdir(join(root, 'examples'), { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name !== 'demo.ts')
  .map(({ name }) => name.replace(/\.ts$/, ''));

describe.each(names)('the example %s', (name) => {
  it('prints what it promises and ends by itself', async () => {
    const { code, output, errors } = await built.run(`dist/examples/${name}.js`);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const check = PRINTS[name];
    if (check === undefined) throw new Error('nobody says what this example prints');
    check(output);
  });

  it('is short, and imports what a user can import', async () => {
    const code = await readFile(join(root, 'examples', `${name}.ts`), 'utf8');
    expect(code.trimEnd().split('\n').length).toBeLessThanOrEqual(50);
    for (const [, module] of code.matchAll(/from '([^']+)'/g)) expect(module).toMatch(/^(rx-completions(\/\w+)?|rxjs|zod)$/);
  });
});
