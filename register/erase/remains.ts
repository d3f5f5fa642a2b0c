/**
 * Where copies of what was erased may still be, until when, and what takes them out. Printed by every erasure;
 * docs/register-retention.md has the same table. `test/e2e/canaries.test.ts` searches all that a stack keeps.
 */
import { ask, tocsin } from '../../domain/kernel/command-lines';

/** One place beyond the reach of an erasure. */
export interface Remainder {
  where: string;
  until: string;
}

const WRITE_AHEAD_LOG: Remainder = {
  where: "Postgres' write-ahead log (pg_wal), its archive and replicas",
  until: 'until its files are used again or removed',
};
const BACKUPS: Remainder = {
  where: 'earlier backups of Tocsin',
  until: `until \`${tocsin('register backup', { dir: ask('folder'), 'keys-only': true })}\` for each`,
};
const OTHER_BACKUPS: Remainder = {
  where: 'dumps and disk snapshots, free blocks of the disk',
  until: 'until they expire or are overwritten',
};
const HISTORIES: Remainder = {
  where: "Temporal's histories (readable only with the encryption keys; the owner's handle also without)",
  until: "until the namespace's retention is over",
};
const OUTSIDE: Remainder = {
  where: 'what left: exports, hand-overs, mails, published pages',
  until: 'as long as their holders keep it',
};

/** After an incident was erased. */
export const REMAINS_OF_INCIDENT: readonly Remainder[] = [
  WRITE_AHEAD_LOG,
  BACKUPS,
  OTHER_BACKUPS,
  HISTORIES,
  {
    where:
      'the register itself: addresses and systems acted on, names of credentials and data sets, references of filings',
    until: 'for good',
  },
  {
    where: 'copies of drafts and texts on the disks of workers',
    until: 'until a worker with that disk has run for an hour',
  },
  {
    where: 'the spool, dossiers and notices of the site, the vault',
    until: 'until you delete them',
  },
  { where: 'the audit log, which names who acted, and ids of commands', until: 'for good' },
  OUTSIDE,
];

/** After a vulnerability report was erased. Neither its text nor its reporter was ever in a history or an artefact. */
export const REMAINS_OF_REPORT: readonly Remainder[] = [
  WRITE_AHEAD_LOG,
  BACKUPS,
  OTHER_BACKUPS,
  {
    where:
      'where the reporter was asked to confirm and did not: keyed hashes of the address, network and mail domain, and when',
    until: 'until seven days after that request',
  },
  OUTSIDE,
];
