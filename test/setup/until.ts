import { Pauses } from './pauses';

/** Waits for something; the error says what was seen last. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = 60_000,
  seen: () => string = () => '',
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  const pauses = new Pauses(50, 500);
  let trouble = '';
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      trouble = (error as Error).message;
    }
    if (Date.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}. ${seen()} ${trouble}`.trim());
    await pauses.next();
  }
}
