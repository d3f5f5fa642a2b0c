/** Errors of the command. Each says what was wrong, with which input, and what to do. */

/** 1: refused, not found, or a verification failed · 2: bad usage or unreadable input. */
export type ExitCode = 1 | 2;

/** An error that the command shows as it is, without a stack. */
export class CommandError extends Error {
  /** @param problems one line each, shown as a list under the message. */
  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly problems: string[] = [],
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** Bad usage or unreadable input. */
export function usage(message: string, problems: string[] = []): CommandError {
  return new CommandError(message, 2, problems);
}

/** The incident, the register or the server said no. */
export function refused(message: string, problems: string[] = []): CommandError {
  return new CommandError(message, 1, problems);
}

/** Whether the message was taken is not known: repeating it under the same command id settles it. */
export class UnknownOutcome extends CommandError {
  constructor(message: string) {
    super(message, 1);
    this.name = 'UnknownOutcome';
  }
}

/** A case was not opened, since the workers cannot read what was sealed here: whoever set up either must give them the same keys. */
export class OtherKeys extends CommandError {
  constructor(message: string, problems: string[]) {
    super(message, 1, problems);
    this.name = 'OtherKeys';
  }
}

/** Temporal refused it outright: nothing was done, and a repeat changes nothing until somebody mends the cause. */
export class NotDone extends CommandError {
  constructor(message: string) {
    super(message, 1);
    this.name = 'NotDone';
  }
}

/** The server through which people and tools act is away, or what it needs is: nothing was done. */
export class ServerAway extends CommandError {
  constructor(message: string) {
    super(message, 1);
    this.name = 'ServerAway';
  }
}

/** There is no case of that id. Whoever shows it may know which was meant. */
export class UnknownCase extends CommandError {
  constructor(
    /** What people call one of its kind. */
    noun: string,
    readonly id: string,
    /** The command that lists those that there are. */
    lists?: string,
  ) {
    super(`there is no ${noun} "${id}"${lists ? `. \`${lists}\` lists them` : ''}`, 1);
    this.name = 'UnknownCase';
  }
}

/** A workflow of that id there was, but what it was started with was refused: there is no case, and nothing is recorded of one. */
export class NeverOpened extends UnknownCase {
  constructor(noun: string, id: string) {
    super(noun, id);
    this.message +=
      ': its workflow was started with something that is not valid, so it opened nothing. The log of the worker and the page of the workflow in the Temporal Web UI say what was wrong';
  }
}
