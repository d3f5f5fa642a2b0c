/** As `Promise.all`, but where one fails, it fails when the others have ended too: none of them goes on unseen. */
export async function allEnded<T extends readonly unknown[] | []>(
  parts: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
