import { send } from '../clients/floors.mjs';
import { openCall } from '../clients/ours.mjs';
import { openaiChunks } from '../clients/peers.mjs';

/** How each client holds a stream open: gives, once the first word is there, what closes it. */

const undici = (baseUrl) => async () => {
  const body = await send(baseUrl);
  body.on('error', () => undefined);
  await new Promise((resolve) => body.once('data', resolve));
  return () => body.destroy();
};

const ours = async (baseUrl) => {
  const call = await openCall(baseUrl);
  return () =>
    new Promise((resolve, reject) => {
      const subscription = call().subscribe({
        next: ({ type }) => {
          if (type === 'text_delta') resolve(() => subscription.unsubscribe());
        },
        error: reject,
      });
    });
};

const openai = async (baseUrl) => {
  const open = await openaiChunks(baseUrl);
  const hasText = ({ value }) => Boolean(value.choices[0]?.delta.content);
  return async () => {
    const stream = await open();
    const chunks = stream[Symbol.asyncIterator]();
    while (!hasText(await chunks.next()));
    // As a loop over the stream does: it waits for the next chunk.
    chunks.next().catch(() => undefined);
    return () => stream.controller.abort();
  };
};

/** By title; the first two need nothing installed. */
export const holders = { undici, 'rx-completions': ours, openai };
