import { tocsin } from '../domain/kernel/command-lines';

/** What to do when somebody who is no worker has the writer's login, for alarms. */
export const RENEW_LOGINS =
  "Somebody may have the writer's login: with the owner's login in DATABASE_URL run " +
  `\`${tocsin('migrate', { logins: 'FOLDER', renew: true })}\`, and start the workers and the intake with the new address`;
