/** Every error the register raises by itself; `code` is stable and safe to store, log and match on. */
export abstract class RegisterError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The value cannot be written as canonical JSON (RFC 8785). `path` leads to the offending part. */
export class NotCanonicalError extends RegisterError {
  readonly code = 'register-not-canonical';
  constructor(
    readonly path: string,
    what: string,
  ) {
    super(`${path} ${what}, which has no canonical JSON form: use plain JSON data`);
  }
}

/** An event or an entry does not have the shape of the envelope. */
export class MalformedEntryError extends RegisterError {
  readonly code = 'register-malformed';
}

/** The same (incident, seq) is in the register already with other content. Never retry: someone holds another history. */
export class RegisterConflictError extends RegisterError {
  readonly code = 'register-conflict';
  constructor(
    readonly incidentId: string,
    readonly seq: number,
    kinds: { stored: string; given: string },
  ) {
    super(
      `entry ${seq} of incident ${incidentId} is already in the register with different content (stored: ${kinds.stored}, ` +
        `given: ${kinds.given}): two histories claim the same number; append a correction under the next number`,
    );
  }
}

/** An event does not follow the last one of its incident. */
export class RegisterGapError extends RegisterError {
  readonly code = 'register-gap';
  constructor(
    readonly incidentId: string,
    readonly seq: number,
    readonly expected: number,
  ) {
    super(
      `entry ${seq} of incident ${incidentId} cannot be appended, because entry ${expected} comes next: ` +
        'append the events of an incident in order and without gaps',
    );
  }
}

/** The register holds nothing under this incident id. */
export class UnknownIncidentError extends RegisterError {
  readonly code = 'register-unknown-incident';
  constructor(readonly incidentId: string) {
    super(`the register has no incident ${JSON.stringify(incidentId)}: check the id, or list the incidents`);
  }
}

/** A file is not an export of the register, or is damaged beyond reading; `line` counts from 1. */
export class UnreadableExportError extends RegisterError {
  readonly code = 'register-unreadable-export';
  constructor(
    readonly line: number,
    what: string,
  ) {
    super(`line ${line} of the export ${what}`);
  }
}

/** The delivery ledger was asked for something it cannot do, or its spool cannot be read. */
export class LedgerError extends RegisterError {
  readonly code = 'ledger';
}

/** The register is not what was signed before: it was rolled back, cut short or rewritten. Nothing was signed. */
export class InconsistentLogError extends RegisterError {
  readonly code = 'register-inconsistent';
}

/** The signer cannot remember what it signed: without that nothing may be signed. */
export class SignerMemoryError extends RegisterError {
  readonly code = 'register-signer-memory';
}

/** Personal data of an entry cannot be opened with its incident's key. */
export class SealError extends RegisterError {
  readonly code = 'register-seal';
}

/** The file with the log's signing key is missing, damaged, or open to others. */
export class SigningKeyError extends RegisterError {
  readonly code = 'register-signing-key';
}

/** There is neither a signing key nor a published log. */
export class NoLogError extends RegisterError {
  readonly code = 'register-no-log';
}

/** Somebody else signs at this moment. */
export class SignerBusyError extends RegisterError {
  readonly code = 'register-signer-busy';
}

/** No checkpoint covers what was asked for. */
export class NotSignedError extends RegisterError {
  readonly code = 'register-not-signed';
}

/** A checkpoint could not be handed to an anchor. It is tried again; signing goes on. */
export class AnchorError extends RegisterError {
  readonly code = 'register-anchor';
}

/** A witness holds another log under this name than the one that was shown to it: evidence of a rollback or a split view. */
export class WitnessConflictError extends RegisterError {
  readonly code = 'register-witness-conflict';
}

/** What is remembered of the register's guards cannot be read. */
export class GuardMemoryError extends RegisterError {
  readonly code = 'register-guard-memory';
}

/** An incident cannot be erased now: its retention is not over, or something of it is still under way. */
export class ErasureRefusedError extends RegisterError {
  readonly code = 'register-erasure-refused';
}

/** A backup is damaged, incomplete or of another schema, or the database is not one to restore into. */
export class BackupError extends RegisterError {
  readonly code = 'register-backup';
}

/** A backup ends before a checkpoint that was signed: entries that were given away are missing from it. */
export class OlderThanCheckpointError extends RegisterError {
  readonly code = 'register-backup-older';
}

/** There is nothing to export or to prove under what was asked for. */
export class NothingToExportError extends RegisterError {
  readonly code = 'register-nothing-to-export';
}

/** The folder that a file should be written to does not exist. */
export class NoFolderError extends RegisterError {
  readonly code = 'register-no-folder';
}

/** What is stated of a notice is not what the register's entries say, so nothing would be proved. */
export class UnprovenNoticeError extends RegisterError {
  readonly code = 'register-unproven-notice';
}
