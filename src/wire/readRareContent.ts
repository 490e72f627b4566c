import type { AnnotationPiece, AudioPiece, ImagePiece, RareContent } from './Chunk.ts';
import { isArray, isObject, numberOf, textOf, type JsonObject } from './json.ts';
import { urlOf } from './readContent.ts';
import { readLogprobs } from './readLogprobs.ts';

/** Reads what few deltas carry; nothing at all where the delta has none of the fields, which is nearly always. */
export const readRareContent = (
  choice: JsonObject,
  delta: JsonObject,
  contentImages: readonly string[],
): RareContent | undefined => {
  const annotations = delta['annotations'] ?? undefined;
  const images = delta['images'] ?? undefined;
  const audio = delta['audio'] ?? undefined;
  const logprobs = choice['logprobs'] ?? undefined;
  if ((annotations ?? images ?? audio ?? logprobs ?? contentImages[0]) === undefined) return undefined;
  return {
    annotations: readAnnotations(annotations),
    images: [...contentImages.map((url) => ({ index: undefined, url })), ...readImages(images)],
    audio: readAudio(audio),
    logprobs: readLogprobs(logprobs),
  };
};

const readAnnotations = (annotations: unknown): readonly AnnotationPiece[] => {
  if (isArray(annotations)) return annotations.map(readAnnotation);
  return isObject(annotations) && Object.keys(annotations).length > 0 ? [{ raw: annotations }] : [];
};

const readAnnotation = (raw: unknown): AnnotationPiece => {
  if (!isObject(raw)) return { raw };
  const citation = isObject(raw['url_citation']) ? raw['url_citation'] : raw;
  return citationPiece(
    textOf(citation['url']),
    textOf(citation['title']),
    raw,
    textOf(citation['content']),
    numberOf(citation['start_index']),
    numberOf(citation['end_index']),
  );
};

/** Reads the citations some endpoints attach to whole chunks: addresses in `citations`, or objects in `search_results`. */
export const readCitations = (chunk: JsonObject): readonly AnnotationPiece[] | undefined => {
  const results = isArray(chunk['search_results']) ? chunk['search_results'] : chunk['citations'];
  if (!isArray(results) || results.length === 0) return undefined;
  return results.map((raw) =>
    isObject(raw) ? citationPiece(textOf(raw['url']), textOf(raw['title']), raw) : citationPiece(textOf(raw), undefined, raw),
  );
};

const citationPiece = (
  url: string | undefined,
  title: string | undefined,
  raw: unknown,
  content?: string,
  startIndex?: number,
  endIndex?: number,
): AnnotationPiece => ({
  ...(url === undefined ? {} : { url }),
  ...(title === undefined ? {} : { title }),
  ...(content === undefined ? {} : { content }),
  ...(startIndex === undefined ? {} : { startIndex }),
  ...(endIndex === undefined ? {} : { endIndex }),
  raw,
});

const readImages = (images: unknown): readonly ImagePiece[] =>
  isArray(images)
    ? images.flatMap((image) => {
        const url = isObject(image) ? urlOf(image) : textOf(image);
        return url === undefined ? [] : [{ index: isObject(image) ? numberOf(image['index']) : undefined, url }];
      })
    : [];

const readAudio = (audio: unknown): AudioPiece | undefined => {
  if (!isObject(audio)) return undefined;
  const [id, transcript] = [textOf(audio['id']), textOf(audio['transcript'])];
  const expiresAt = numberOf(audio['expires_at']) || undefined;
  // corpus/snowflake-cortex has an audio that says nothing in every chunk.
  if (id === undefined && transcript === undefined && expiresAt === undefined && textOf(audio['data']) === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    delta: textOf(audio['data']) ?? '',
    ...(transcript === undefined ? {} : { transcript }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
};
