import { FLOOR, isOurs } from '../clients/clients.mjs';
import { medianOf, ratioOf } from '../statistics.mjs';

const MOST_OF_FLOOR = 1.5;
const MOST_GROWTH = 2;

const wrongAnswers = ({ costs }) =>
  Object.entries(costs).flatMap(([workload, { wrong }]) =>
    Object.entries(wrong)
      .filter(([client]) => isOurs(client) || client === FLOOR)
      .map(([client, mistake]) => `${client} is wrong about ${workload}: ${mistake}`),
  );

const dearEvents = ({ costs: { text } }) => {
  if (text?.microseconds.events === undefined) return [];
  const { median } = ratioOf(text.microseconds.events, text.microseconds[FLOOR]);
  return median > MOST_OF_FLOOR ? [`events cost ${median.toFixed(2)} times the floor on ordinary text`] : [];
};

const growth = ({ costs: { text4k, text64k } }) =>
  Object.keys(text64k?.microseconds ?? {})
    .filter((client) => isOurs(client) && text4k !== undefined)
    .filter((client) => medianOf(text64k.microseconds[client]) > MOST_GROWTH * medianOf(text4k.microseconds[client]))
    .map((client) => `${client} is not linear: a chunk costs more the longer the answer`);

/** What must not be said of this package. */
export const failuresIn = (results) => [...wrongAnswers(results), ...dearEvents(results), ...growth(results)];
