/** What somebody sent, cut down to what a person needs to see what it is: no mail address, no secret, of bounded length. */
import { clipped, wellFormed } from '../../../domain/kernel/text';
import { asObject, cutWithoutMail } from './reading';

const SECRET = /secret|token|passw|credential|api.?key|private.?key|authorization|cookie|signature|session/i;
const DEEPEST = 8;
const MOST_ITEMS = 20;
const MOST_FIELDS = 60;
const LONGEST_TEXT = 200;
/** The whole, as JSON. */
const LONGEST = 16_384;

/** As JSON; undefined for what is still too long, or is no JSON at all. */
export function sampleText(value: unknown): string | undefined {
  const text = JSON.stringify(cutDown(value, 0));
  return text !== undefined && text.length <= LONGEST ? text : undefined;
}

function cutDown(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return lineOf(value, LONGEST_TEXT);
  const object = asObject(value);
  if (!object && !Array.isArray(value)) return value;
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((each) => cutDown(each, depth + 1));
  const fields = Object.entries(object!).slice(0, MOST_FIELDS);
  return Object.fromEntries(
    fields.map(([name, each]) => [
      lineOf(name, 80),
      SECRET.test(name) && typeof each === 'string' ? '[left out]' : cutDown(each, depth + 1),
    ]),
  );
}

/** One line of somebody's words, without mail addresses, of so many characters at most. */
export function lineOf(text: string, max: number): string {
  return clipped(wellFormed(cutWithoutMail(text, 2 * max).replace(/\p{Cc}+/gu, ' ')), max);
}
