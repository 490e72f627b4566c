/**
 * Verdicts on what was seen of one call: `right`, and in a few words what happened. `right` is undefined where the client
 * leaves the matter to its user.
 */
export const right = { right: true };
export const wrong = (note) => ({ right: false, note });
export const notItsJob = { right: undefined };

/** How a call ended, in a word or two. */
export const ending = ({ outcome, text, finish }) => {
  if (outcome === 'hung') return 'hangs';
  if (outcome === 'error') return 'error';
  if (text === '') return 'empty success';
  return finish === undefined || finish === null || finish === 'stop' ? 'success' : `success, "${finish}"`;
};

/** The whole answer must come, and nothing else. */
export const answers = (expected) => (seen) => {
  if (seen.outcome !== 'complete') return wrong(ending(seen));
  if (seen.text === expected) return right;
  return wrong(seen.text === '' ? ending(seen) : 'text damaged');
};

/** The call must fail. */
export const fails = (seen) => (seen.outcome === 'error' ? right : wrong(ending(seen)));

/** The call must fail with an error that shows one of the things looked for. */
export const failsTelling = (lost) => (seen) => {
  const { right: failed } = fails(seen);
  if (!failed) return fails(seen);
  return seen.error.found.length > 0 ? right : wrong(lost);
};

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

const megabytes = (mb) => (mb < 1000 ? `${Math.round(mb)} MB` : `${(mb / 1000).toFixed(1)} GB`);

/** A flood must fail, and must cost neither memory, nor the event loop, nor whoever logs the error. */
export const withstands = (seen) => {
  const { outcome, ms, growthMb, blockedMs, error } = seen;
  const harm = [
    ...(outcome === 'hung' ? [`over ${ms / 1000} s`] : []),
    ...(outcome === 'complete' ? [ending(seen)] : []),
    ...(growthMb > 200 ? [`+${megabytes(growthMb)}`] : []),
    ...(blockedMs > 1000 ? [`blocked ${seconds(blockedMs)}`] : []),
    ...(error?.length > 10_000 ? [`message ${megabytes(error.length / 1e6)}`] : []),
  ];
  return harm.length === 0 ? right : wrong(harm.join(', '));
};
