/** What `work` gives, or a rejection with the code `late` when it takes longer than `ms`; then it goes on unheard. */
export async function within<T>(ms: number, work: Promise<T>, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const end = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(Object.assign(new Error(late), { code: 'late' })), ms);
    });
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** What `work` gives, or nothing once `signal` is aborted; then it goes on unheard. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const given = new AbortController();
  try {
    const aborted = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: given.signal });
    });
    return await Promise.race([aborted, work]);
  } finally {
    given.abort();
  }
}
