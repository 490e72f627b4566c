import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaLike } from './schemaLike.mjs';
import { chunksOf, digest, endings, NOTHING, valueOf } from './stream.mjs';

/** Where recordings of real endpoints lie, beside the checkout; they are not part of it. */
export const corpusFolder = process.env.RX_COMPLETIONS_CORPUS ?? new URL('../../../../shared/corpus', import.meta.url).pathname;

export const hasCorpus = existsSync(join(corpusFolder, 'INDEX.json'));

const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Streams of real endpoints, with the figures that a parser of its own found in them. */
export const recordings = () => {
  if (!hasCorpus) return [];
  return json(join(corpusFolder, 'INDEX.json'))
    .filter(({ kind }) => kind === 'stream')
    .map(({ provider, slug }) => {
      const path = join(corpusFolder, provider, slug);
      const body = readFileSync(`${path}.sse`);
      return { name: `${provider}/${slug}`, body, ...readingOf(body, json(`${path}.expected.json`), json(`${path}.request.json`)) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
};

const readingOf = (body, figures, request) => {
  const [first] = figures.choices;
  const { chunks, damaged } = chunksOf(body);
  const pieces = chunks.flatMap(({ choices = [] }) => choices.filter(({ index = 0 }) => index === first.index));
  const calls = first.function_call === undefined ? first.tool_calls : [{ id: null, ...first.function_call }];
  const reasons = [...new Set(pieces.map((piece) => piece.finish_reason).filter((reason) => typeof reason === 'string' && reason !== ''))];
  const unfinished = figures.choices.every((choice) => choice.finish_reason === null) && figures.done === 0;
  const usage = figures.usage ?? figures.usage_in_x_groq;
  return {
    choices: figures.choices.length,
    tools: toolsOf(request, calls),
    ...structured(first, pieces, calls),
    expected: {
      broken: damaged || unfinished || figures.errors.length > 0 || figures.unknown_sse_lines !== undefined,
      // A refusal is text to some clients, and something else to others.
      text: first.refusal === undefined ? first.text_sha256 : undefined,
      reasoning: reasoningOf(first),
      calls: calls.map(({ id, name, arguments: args }) => ({ id: id || undefined, name, args: args ?? '' })),
      legacy: first.function_call !== undefined,
      endings: endings(reasons, calls),
      usage: [usage?.prompt_tokens, usage?.completion_tokens],
    },
  };
};

const reasoningOf = ({ reasoning = {}, reasoning_details: details }) =>
  Object.values(reasoning).find(({ length }) => length > 0)?.sha256 ?? details?.text_sha256 ?? NOTHING;

/** The tools as they were offered; where the request was not kept, those that the model called. */
const toolsOf = (request, calls) => {
  const offered = (request.tools ?? []).map((tool) => tool.function).filter((tool) => typeof tool?.name === 'string');
  const names = new Set(offered.map(({ name }) => name));
  const called = [...new Set(calls.map(({ name }) => name))].filter((name) => !names.has(name));
  return [...offered, ...called.map((name) => ({ name }))].map(({ name, description = '', parameters = { type: 'object' } }) => ({ name, description, parameters }));
};

/** An answer that is a JSON object, and was meant to be one. */
const structured = ({ text_sha256: sha256 }, pieces, calls) => {
  const text = pieces.map(({ delta }) => (typeof delta?.content === 'string' ? delta.content : '')).join('');
  if (calls.length > 0 || !text.trimStart().startsWith('{') || digest(text) !== sha256) return {};
  const value = valueOf(text);
  return value === undefined ? {} : { value, schema: schemaLike(value) };
};
