/** Rejects with what `late` says when the promise takes longer; leaves no timer behind. */
export const within = async <T>(promise: PromiseLike<T>, ms: number, late: () => string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late())), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
};
