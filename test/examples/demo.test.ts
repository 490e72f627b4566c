import { chunk, script, scriptedEndpoint, scriptOfAnswer } from 'rx-completions/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clean } from '../../examples/demo/clean.ts';
import { createWrapper } from '../../examples/demo/createWrapper.ts';
import { runDemo, type Surroundings } from '../../examples/demo/runDemo.ts';
import { freshPackage, type FreshPackage } from './freshPackage.ts';

interface Shown {
  readonly code: number;
  readonly output: string;
}

const demo = async (args: readonly string[] = [], changes: Partial<Surroundings> = {}): Promise<Shown> => {
  let output = '';
  const code = await runDemo(args, {
    environment: {},
    signal: new AbortController().signal,
    live: false,
    colours: false,
    width: Number.POSITIVE_INFINITY,
    write: (text) => (output += text),
    ...changes,
  });
  return { code, output };
};

/** Asks the endpoint of a script instead of the demo's own. */
const ask = async (steps: Parameters<typeof scriptedEndpoint>[0], changes: Partial<Surroundings> = {}): Promise<Shown> => {
  await using endpoint = await scriptedEndpoint(steps);
  return await demo(['--base-url', endpoint.baseUrl, '--model', 'mine'], changes);
};

describe('the demo', () => {
  it('shows the failure, the thinking, the answer, the call and the usage as plain lines', async () => {
    const { code, output } = await demo();
    expect(code).toBe(0);
    expect(output.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(PLAIN);
  });

  it('colours its labels and dims the thinking, in lines that fit the terminal', async () => {
    const { output } = await demo([], { colours: true, width: 60 });
    expect(output).toContain('\u001b[35mthinking    \u001b[0m\u001b[2mThe user wants');
    const plain = output.replaceAll(/\u001b\[\d+m/g, '');
    const [answer = ''] = plain.split('What the operators did');
    for (const line of answer.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
    expect(wordsOf(answer)).toBe(wordsOf(PLAIN.split('What the operators did')[0] ?? ''));
  });

  it('asks a real endpoint, and shows thinking that comes in a field of its own', async () => {
    const { code, output } = await ask(scriptOfAnswer('Hello', { reasoning: 'greet' }));
    expect(code).toBe(0);
    expect(output).toContain('answering   mine at 127.0.0.1:');
    expect(output).toContain('thinking    greet\n\nanswer      Hello\n\nusage       not reported\ndone        stop after 2 attempts');
  });

  it('lets no control character of the endpoint through', async () => {
    const evil = '\u001b]0;owned\u0007\u009b31mred\u001b[2J\r\bHi\tthere\n.';
    const { output } = await ask(scriptOfAnswer(evil, { toolCalls: [{ name: '\u001b[1mrun', args: '{"a":"\u001b[5m"}' }] }));
    expect(output).toContain(']0;owned31mred[2JHi\tthere\n            .');
    expect(output).not.toMatch(/[^\P{Cc}\n\t]/u);
  });

  it('does not tear a character that came in two pieces', async () => {
    const [left, right] = '🙂'.split('') as [string, string];
    const steps = script().data(chunk({ text: left })).data(chunk({ text: `${right}!` })).data(chunk({ finish: 'stop' }));
    const { output } = await ask(steps.done());
    expect(output).toContain('answer      🙂!');
  });

  it('stops when it is told to, and closes the socket', async () => {
    const stop = new AbortController();
    const steps = script().data(chunk({ text: 'Hel lo' })).expectClosed({ withinMs: 1000 });
    await using endpoint = await scriptedEndpoint(steps);
    let output = '';
    const write = (text: string): void => {
      output += text;
      if (text.includes('Hel')) stop.abort();
    };
    const { code } = await demo(['--base-url', endpoint.baseUrl, '--model', 'mine'], { signal: stop.signal, write });
    await endpoint.verify();
    expect(code).toBe(130);
    expect(output).toMatch(/answer {6}Hel.*\n\nstopped {5}the call is unsubscribed and its socket closed\n$/s);
  });
});

describe('a demo that cannot go on', () => {
  const lastLine = ({ code, output }: Shown): string => {
    expect(code).toBe(1);
    return (output.trimEnd().split('\n').at(-1) ?? '').replace(/127\.0\.0\.1:\d+/, 'HOST');
  };
  const answers = (status: number, message: string): Promise<Shown> =>
    ask(script().json({ error: { message } }, { status }));

  it.each([
    [404, 'no model mine', 'failed      HOST answered 404: no model mine; check --model and --base-url, which ends in /v1 for most servers'],
    [400, 'no tools here', 'failed      HOST answered 400: no tools here; try --no-tools: not every server takes them'],
    [401, 'who?', 'failed      HOST refused the key (401): who?; check the key: RX_COMPLETIONS_API_KEY, or the variable of the vendor'],
    [503, 'later', 'failed      HOST answered 503: later; try again in a while'],
  ])('says what to do about a %d', async (status, message, line) => {
    expect(lastLine(await answers(status, message))).toBe(line);
  });

  it('says what to do when nobody listens', async () => {
    const endpoint = await scriptedEndpoint(script());
    await endpoint.close();
    const shown = await demo(['--base-url', endpoint.baseUrl, '--model', 'mine']);
    expect(lastLine(shown)).toMatch(/^failed {6}HOST could not be reached.*; start the server there, or correct --base-url$/);
  });

  it('says which option is missing or unknown', async () => {
    expect(lastLine(await demo(['--base-url', 'http://localhost:1/v1']))).toContain('add --model');
    expect(lastLine(await demo(['--mode', 'x']))).toContain("Unknown option '--mode'");
  });

  it('says which key is missing, and sends the one it is given', async () => {
    expect(lastLine(await demo(['--model', 'x/y']))).toContain('OPENROUTER_API_KEY');
    await using endpoint = await scriptedEndpoint(scriptOfAnswer('Hello'));
    const environment = { RX_COMPLETIONS_API_KEY: 'test-key' };
    await demo(['--base-url', endpoint.baseUrl, '--model', 'mine', '--prompt', 'Ahoy', '--no-tools'], { environment });
    expect(endpoint.requests[0]?.headers['authorization']).toBe('Bearer test-key');
    expect(endpoint.requests[0]?.json()).toMatchObject({ messages: [{ role: 'user', content: 'Ahoy' }] });
    expect(endpoint.requests[0]?.json()).not.toHaveProperty('tools');
  });
});

describe('the process of the demo', () => {
  let built: FreshPackage;
  beforeAll(async () => {
    built = await freshPackage();
  }, 60_000);
  afterAll(() => built[Symbol.asyncDispose]());

  it('prints plain text into a pipe and ends by itself', async () => {
    const { code, output, errors } = await built.run('dist/examples/demo.js');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')).toBe(PLAIN);
  });

  it('fails with exit code 1, and explains its options', async () => {
    expect(await built.run('dist/examples/demo.js', ['--bogus'])).toMatchObject({ code: 1 });
    const help = await built.run('dist/examples/demo.js', ['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toContain('--base-url <url>');
  });
});

describe('the wrapper', () => {
  const wrap = (pieces: readonly string[], width = 12, indent = 2): string => {
    let output = '';
    const wrapper = createWrapper((text) => (output += text), indent, width);
    for (const piece of pieces) wrapper.push(piece);
    wrapper.flush();
    return output;
  };

  it('breaks between words, however they are cut', () => {
    const whole = wrap(['one two three  four\n\nfive\n']);
    expect(whole).toBe('one two\n  three\n  four\n\n  five');
    expect(wrap('one two three  four\n\nfive\n'.split(/(?:)/))).toBe(whole);
  });

  it('breaks languages without spaces anywhere, and knows how wide they are', () => {
    expect(wrap(['吾輩は猫である', '。'])).toBe('吾輩は猫で\n  ある。');
  });
});

describe('cleaning', () => {
  it('keeps newline and tab of all control characters', () => {
    const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('');
    const kept = Array.from(clean(all)).filter((character) => /\p{Cc}/u.test(character));
    expect(kept).toEqual(['\t', '\n']);
  });
});

const wordsOf = (output: string): string =>
  output.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST').replaceAll(/\s+/g, ' ').trim();

const PLAIN = `prompt      What should I wear in Bern today?
asking      first-choice at HOST
fallback    HOST answered 503: the model is overloaded, try again later; asking the next endpoint
answering   second-choice at HOST, attempt 2

thinking    The user wants to know what to wear in Bern today. I do not know the weather there, and guessing would be no help. There is a tool for it: I will call it with the city.
            Meanwhile I can say what is always true: Bern lies at 540 m.

answer      Let me look up the weather. Until then: Bern lies at 540 metres, so even a warm day begins fresh there. A light jacket is never wrong.

tool call   weather {"city":"Bern","unit":"celsius"}
            shown, not run

usage       input 87, output 96, reasoning 56, total 183
done        tool_calls after 2 attempts

What the operators did
  fallbackEndpoints   1 fallback, and still one answer: 1 start
  stripThink          "<thi" "nk>\\n" "The" …: 53 pieces of thinking found in the text
  assembleToolCalls   5 tool_call_deltas became 1 tool_call
  normalizeUsage      1 usage_report became 1 usage
  accumulateText      28 text_deltas became 134 characters
`;
