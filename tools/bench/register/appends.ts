/** Appends as the worker does: who acted, and free text, under the incident's data key. */
import type pg from 'pg';
import { loadDisclosures } from '../../../policy/load-disclosure';
import { Appender, type IsPersonal } from '../../../register/append/appender';
import type { RecentLeaves } from '../../../register/log/recent-leaves';

const disclosures = loadDisclosures();

export const isPersonal: IsPersonal = (kind, pointer, text) => disclosures.isPersonal(kind, pointer, text);

export function appenderOn(pool: pg.Pool, recent?: RecentLeaves): Appender {
  return new Appender(pool, isPersonal, recent);
}
