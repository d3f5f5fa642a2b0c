/** Schemas of short texts that people and tools send. */
import { z } from 'zod';

/** A short identifier: letters, digits, `.`, `_`, `-`, `:`. Never a name or an address of a person outside the company. */
export const id = (what: string) =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/, `${what} takes 1–80 letters, digits, ".", "_", "-" or ":"`);
/** Half of a surrogate pair has no UTF-8 form: such a text could be neither hashed nor stored. */
export const wellFormed = (value: string) => value.replace(/\p{Surrogate}/gu, '\uFFFD');
/** Free text; long enough for an account, short enough for a payload. Blank text counts as missing. */
export const text = (max = 4000) => z.string().trim().min(1, 'must not be empty').max(max).transform(wellFormed);
/** Who did something: a handle or work address of a member of staff, or the name of a tool. */
export const ByOf = z.string().trim().min(1, 'must name a person or a tool').max(120).transform(wellFormed);
/** The beginning of a text that others made as long as they liked; never half of a character. */
export const clipped = (value: string, characters: number) =>
  value.length <= characters ? value : `${wellFormed(value.slice(0, characters - 1)).replace(/\uFFFD$/, '')}…`;
