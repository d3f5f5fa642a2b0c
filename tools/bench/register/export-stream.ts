/** Exports of any size, made without a database: entries like those that the register writes, one after the other. */
import { commit, fieldsOf } from '../../../register/fields';
import { bindingLine } from '../../../register/verifier/binding';
import type { Head } from '../../../register/verifier/chain';
import { entryLine } from '../../../register/verifier/entry-line';
import { headerLine } from '../../../register/verifier/export-header';
import { GENESIS, leafHash, leafText } from '../../../register/verifier/leaf';
import { openingsText } from '../../../register/verifier/openings';
import { event } from './event';

const INCIDENTS = 100;

/** Each entry of an incident a second after the one before it. */
const instantOf = (seq: number) => new Date(Date.UTC(2026, 3, 1) + seq * 1000).toISOString();

/** Entries of 100 incidents, a stretch of ten of one after a stretch of another; `head` stands behind the last one. */
export class EntryStream {
  head: Head = { position: 0, hash: GENESIS };
  private readonly ends = new Map<string, { seq: number; hash: string }>();

  /** The lines of the next entries. */
  next(count: number): Buffer {
    let text = '';
    for (let i = 0; i < count; i++) {
      const position = this.head.position + 1;
      const incidentId = `INC-20260401-${1000 + (Math.floor(position / 10) % INCIDENTS)}`;
      const end = this.ends.get(incidentId) ?? { seq: 0, hash: GENESIS };
      const { at, kind, exercise, ...rest } = event(incidentId, end.seq + 1, instantOf(end.seq + 1));
      const { openings, commitments } = commit(fieldsOf({ at, kind, exercise, ...rest }));
      const place = { position, prev: this.head.hash, incidentId, seq: end.seq + 1, prevInIncident: end.hash };
      const leaf = leafText({ ...place, at, kind, exercise, fields: commitments });
      const hash = leafHash(leaf);
      text += entryLine(position, hash, leaf, openingsText(openings));
      this.head = { position, hash };
      this.ends.set(incidentId, { seq: end.seq + 1, hash });
    }
    return Buffer.from(text);
  }
}

/** The header of an export of the whole log. Its length does not depend on the hash. */
export function headerOf({ position, hash }: Head): Buffer {
  const head = { position, hash };
  const about = { audience: 'internal', madeAt: '2026-04-01T03:00:00.000Z', rotations: [] };
  return Buffer.from(headerLine({ ...about, scope: { kind: 'log' }, count: position, head }));
}

/** The end of an export that nobody signs. */
export const END = Buffer.from(bindingLine(undefined));
