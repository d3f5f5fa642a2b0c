/** Appends as the worker does: who acted, and free text, under the incident's data key. */
import type pg from 'pg';
import { loadDisclosures } from '../../../policy/load-disclosure';
import { Appender } from '../../../register/append/appender';

const disclosures = loadDisclosures();

export function appenderOn(pool: pg.Pool): Appender {
  return new Appender(pool, (kind, pointer, text) => disclosures.isPersonal(kind, pointer, text));
}
