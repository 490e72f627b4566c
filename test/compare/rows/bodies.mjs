import { completion, script } from '../../../dist/src/testing/index.js';
import { answers, failsTelling } from '../judge.mjs';

/** A status 200 whose body is no stream. */
const page = '<!doctype html><html><head><title>Sign in to continue</title></head><body>Sign in</body></html>';

export const bodies = [
  {
    name: '200 with a whole JSON completion: read',
    play: () => script().json(completion({ text: 'Hello' })),
    judge: answers('Hello'),
  },
  {
    name: '200 with {"error"}: an error, with its words',
    play: () => script().json({ error: { message: 'the model is overloaded', code: 503 } }),
    find: ['the model is overloaded'],
    judge: failsTelling('words lost'),
  },
  {
    name: '200 with an HTML page: an error that says so',
    play: () => script().headers(200, { 'content-type': 'text/html' }).body(page).end(),
    find: ['html', 'HTML', 'Sign in'],
    judge: failsTelling('vague error'),
  },
];
