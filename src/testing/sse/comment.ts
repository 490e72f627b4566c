/** An SSE comment, as endpoints send it to keep a connection alive: `comment('ping')` is `: ping\n\n`. */
export const comment = (text = ''): string =>
  `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `: ${line}`.trimEnd())
    .join('\n')}\n\n`;
