/**
 * `tocsin doctor`: looks at the set-up of a process, from this machine and with its environment, and says of each thing that
 * is missing or wrong what to do. It needs nothing to run, and changes nothing, but for a test mail that
 * was asked for and an object that is stored and deleted again where a bucket is set.
 */
import { anchors } from './anchors-check';
import { objectStore } from './bucket-check';
import { containment } from './containment-check';
import { inApp } from './in-app-check';
import { sources } from './intake-check';
import { folder, node } from './machine-checks';
import { mail } from './mail-check';
import { directory, people } from './people-checks';
import { postgres } from './postgres-check';
import { signedLog, witnesses } from './register-check';
import { callbacks, issuer } from './server-check';
import { settings } from './settings-check';
import { statuspage } from './statuspage-check';
import { temporal } from './temporal-check';
import { telling } from './watchdog-check';

export { examine, type Finding, PATIENTS, type Patient, type PatientName } from './check';

/** In the order in which one would mend them. */
export const CHECKS = [
  node,
  settings,
  folder,
  postgres,
  signedLog,
  witnesses,
  anchors,
  objectStore,
  temporal,
  mail,
  directory,
  people,
  containment,
  statuspage,
  inApp,
  issuer,
  callbacks,
  sources,
  telling,
] as const;
