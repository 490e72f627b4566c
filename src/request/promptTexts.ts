/**
 * All text of the messages in a request's body, as it is and as JSON writes it: what an error must not repeat. Names and ids
 * are left out; errors are about them.
 */
export const promptTexts = (body: string): readonly string[] => {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') {
      texts.push(value);
      const written = JSON.stringify(value).slice(1, -1);
      if (written.length !== value.length) texts.push(written);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, field] of Object.entries(value)) if (!TELLING.has(key)) collect(field);
    }
  };
  collect((JSON.parse(body) as Readonly<Record<string, unknown>>)['messages']);
  return texts;
};

const TELLING: ReadonlySet<string> = new Set(['role', 'type', 'name', 'id', 'tool_call_id', 'mime_type', 'format', 'detail']);
