import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where recordings of real endpoints lie, beside the checkout; they are not part of it. */
export const corpusFolder: string = process.env['RX_COMPLETIONS_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

export const hasCorpus: boolean = existsSync(join(corpusFolder, 'INDEX.json'));

/** Figures of one choice, worked out by a parser that shares nothing with this project. */
export interface ExpectedChoice {
  readonly index: number | null;
  readonly text_sha256: string;
  readonly text_length?: number;
  readonly finish_reason: string | null;
  readonly tool_calls: readonly { readonly id: string | null; readonly name: string | null; readonly arguments: unknown }[];
  readonly function_call?: { readonly name: string; readonly arguments: string };
  readonly reasoning?: Readonly<Record<string, { readonly sha256: string; readonly length: number }>>;
  readonly reasoning_details?: { readonly text_length: number; readonly text_sha256?: string };
  readonly refusal?: { readonly length: number; readonly sha256: string };
  readonly logprobs?: unknown;
}

export interface Expected {
  readonly choices?: readonly ExpectedChoice[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
  readonly usage_in_x_groq?: unknown;
  readonly errors?: readonly unknown[];
  readonly unknown_sse_lines?: readonly string[];
  readonly error?: unknown;
  readonly status?: number;
  readonly done?: number;
}

export interface Recording {
  readonly name: string;
  readonly kind: 'stream' | 'completion' | 'error';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly expected: Expected;
  readonly oddities: readonly string[];
}

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** Every recording, in the order of its name. */
export const recordings = (): readonly Recording[] => {
  if (!hasCorpus) return [];
  return readdirSync(corpusFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'LICENCES')
    .flatMap((provider) => {
      const folder = join(corpusFolder, provider.name);
      return readdirSync(folder)
        .filter((file) => file.endsWith('.meta.json'))
        .map((file): Recording => {
          const slug = file.slice(0, -'.meta.json'.length);
          const meta = json<{ kind: Recording['kind']; status: number; response_headers?: Record<string, string>; oddities?: string[] }>(
            join(folder, file),
          );
          const body = ['.sse', '.response.json', '.response.txt'].map((end) => join(folder, slug + end)).find((path) => existsSync(path));
          return {
            name: `${provider.name}/${slug}`,
            kind: meta.kind,
            status: meta.status,
            headers: meta.response_headers ?? {},
            bytes: readFileSync(body!),
            expected: json<Expected>(join(folder, `${slug}.expected.json`)),
            oddities: meta.oddities ?? [],
          };
        });
    })
    .sort((a, b) => a.name.localeCompare(b.name));
};
