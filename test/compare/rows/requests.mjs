import { script, scriptOfAnswer } from '../../../dist/src/testing/index.js';
import { ending, fails, right, seconds, wrong } from '../judge.mjs';

/** When and where a request is made again. Who is silent for six seconds is taken not to ask any sooner than it should. */
const REFUSED = { error: { message: 'slow down', type: 'rate_limit_error' } };
const PROMPT = 'PROMPT-CANARY-61d0';
const HEADER = 'HEADER-CANARY-83aa';
const answer = scriptOfAnswer('Hello');

export const requests = [
  {
    name: 'Retry-After: 120: not asked within 6 s',
    ask: { retries: true },
    limitMs: 6000,
    play: () => (_, index) => (index === 0 ? script().json(REFUSED, { status: 429, headers: { 'retry-after': 120 } }) : answer),
    judge: ({ times: [first, second] }) => (second === undefined ? right : wrong(`after ${seconds(second - first)}`)),
  },
  {
    name: 'x-should-retry: false: not asked again',
    ask: { retries: true },
    limitMs: 6000,
    play: () => (_, index) => (index === 0 ? script().json(REFUSED, { status: 503, headers: { 'x-should-retry': 'false' } }) : answer),
    judge: ({ times: [first, second] }) => (second === undefined ? right : wrong(`after ${seconds(second - first)}`)),
  },
  {
    name: '307 to another origin: nothing sent there',
    ask: { prompt: PROMPT, headers: { 'api-key': HEADER } },
    play: ({ otherUrl }) => script().headers(307, { location: `${otherUrl}/chat/completions`, 'content-length': 0 }).end(),
    elsewhere: answer,
    judge: (seen) => {
      const [resent] = seen.elsewhere;
      if (resent === undefined) return seen.outcome === 'error' ? right : wrong(ending(seen));
      const gone = [
        ...(resent.body.includes(PROMPT) ? ['prompt'] : []),
        ...(JSON.stringify(resent.headers).includes(HEADER) ? ['api-key'] : []),
      ];
      return wrong(gone.length === 0 ? 'followed' : `${gone.join(', ')} sent`);
    },
  },
  {
    name: '302 turns POST into GET: not accepted',
    play: () => ({ method }) => (method === 'POST' ? script().headers(302, { location: '/v1/welcome', 'content-length': 0 }).end() : answer),
    judge: (seen) => (seen.outcome === 'complete' && seen.requests.at(-1).method === 'GET' ? wrong('accepted') : fails(seen)),
  },
];
