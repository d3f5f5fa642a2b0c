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
