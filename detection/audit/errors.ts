/** Every error that the audit log raises by itself; `code` is stable and safe to store, log and match on. */
export abstract class AuditError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** What was given cannot be an entry of an audit log. */
export class AuditEntryError extends AuditError {
  readonly code = 'audit-entry';
  constructor(what: string) {
    super(`this cannot be an entry of an audit log: ${what}`);
  }
}

/** A log that is to be written to does not end as a writer leaves it. Nothing was changed. */
export class AuditLogInconsistentError extends AuditError {
  readonly code = 'audit-inconsistent';
}

/** The same key was appended before, with another content. */
export class AuditConflictError extends AuditError {
  readonly code = 'audit-conflict';
  constructor(readonly key: string) {
    super(`"${key}" is in the audit log already with another content: entries never change; append a further one`);
  }
}

/** The log cannot be read, or is no audit log: nothing can be said about it. */
export class AuditUnreadableError extends AuditError {
  readonly code = 'audit-unreadable';
}
