import { isLoopbackUrl } from '../../platform/loopback-host';
import { failure } from '../failures';
import type { MailMessage, MailPort } from './mail-port';
import { createResendMail, type ResendMailConfig } from './resend-mail';

/** What every subject of an exercise starts with. */
export const EXERCISE_PREFIX = '[EXERCISE] ';

/**
 * The mail port of exercises: the same client, but only to a recorder on this machine. Refused at construction and at
 * every send: a base URL that is not loopback, and a message that is not marked. Throws ExerciseNotContained.
 */
export function createExerciseMail(config: ResendMailConfig): MailPort {
  return createResendMail(config, assertContained);
}

function assertContained(baseUrl: string, messages: MailMessage[]): void {
  if (!isLoopbackUrl(baseUrl)) {
    throw failure(
      'ExerciseNotContained',
      `an exercise must not reach ${hostOf(baseUrl)}: give the local mailbox, like http://127.0.0.1:PORT`,
    );
  }
  if (!messages.every(({ subject }) => subject.startsWith(EXERCISE_PREFIX))) {
    throw failure(
      'ExerciseNotContained',
      `a mail of an exercise is not marked "${EXERCISE_PREFIX.trim()}": it was not sent; draft the notice again`,
    );
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? `host "${new URL(url).hostname}"` : 'something that is not a URL';
}
