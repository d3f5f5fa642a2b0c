/** The signed log: whether its key is there and is that of the register, and whether the witnesses answer. */
import { tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { neededDatabase } from '../postgres/settings';
import { anchorSettings } from '../register/anchors/anchor-settings';
import type { Witness } from '../register/anchors/witness';
import { lastCosigned } from '../register/anchors/witness-anchor';
import { readKeys, type SigningKeys } from '../register/log/key-file';
import { logSettings } from '../register/log/log-settings';
import { readSigner } from '../register/log/signer-row';
import { parseVerifierKey } from '../register/tree/note';
import {
  type Check,
  type Found,
  messageOf,
  notChecked,
  ok,
  type Patient,
  problem,
  WRONG_SETTINGS,
  warning,
} from './check';
import { connected } from './connected';

const WAIT_MS = 5_000;

export const signedLog: Check = {
  about: 'Signed log',
  of: ['worker'],
  async look(patient) {
    const settings = patient.read(logSettings);
    if (!settings) return WRONG_SETTINGS;
    const keys = await readKeys(settings.keysFile);
    if (keys) return [await ofThisRegister(patient, keys), ...nameOf(keys, patient.production)];
    if (settings.makeKey) return [notChecked('its key is made at the first start')];
    return [
      problem(
        `there is no signing key in ${settings.keysFile}: nothing would be signed`,
        `Run \`${tocsin('register keys create', {})}\` once, and give every worker the same file (TOCSIN_LOG_KEYS)`,
      ),
    ];
  },
};

/** `.invalid` is nobody's (RFC 6761, 6.4): a log keeps its name, so it is given before the first entry. */
function nameOf({ origin }: SigningKeys, production: boolean): Found[] {
  if (!production || !origin.startsWith('tocsin.invalid/')) return [];
  return [
    warning(
      `the log is named ${origin}, which tells nobody whose it is, and it keeps its name`,
      `Before the first entry, remove the key and make it anew with TOCSIN_LOG_ORIGIN, like register.example.com/incidents, and \`${tocsin('register keys create', {})}\``,
    ),
  ];
}

async function ofThisRegister({ read }: Patient, keys: SigningKeys): Promise<Found> {
  const says = `${keys.origin}, signed by a key with ${plural(keys.rotations.length, 'rotation')} behind it`;
  const url = read(neededDatabase);
  if (!url) return notChecked(`${says}; whether it is the register's key could not be asked`);
  try {
    const row = await connected(url, readSigner);
    if (!row) return ok(`${says}; nothing is signed yet`);
    if (row.origin !== keys.origin)
      return problem(
        `the register is signed as ${row.origin}, and this key is that of ${keys.origin}`,
        'Give the key of the register in TOCSIN_LOG_KEYS; without it nothing more is signed',
      );
    if (row.verifierKey !== keys.signer.verifierKey)
      return problem(
        `the key is not the one that signs ${row.origin} now`,
        'Give the present key in TOCSIN_LOG_KEYS: this one was rotated, or is a copy from before',
      );
    return ok(`${says}; ${plural(row.size, 'entry', 'entries')} signed`);
  } catch (error) {
    return notChecked(`${says}; whether it is the register's key could not be asked: ${messageOf(error)}`);
  }
}

export const witnesses: Check = {
  about: 'Witnesses',
  of: ['worker'],
  async look({ read }) {
    const settings = read(anchorSettings);
    if (!settings) return WRONG_SETTINGS;
    if (settings.witnesses.length === 0)
      return [
        settings.mail
          ? ok(`none; checkpoints are mailed to ${settings.mail.to}`)
          : warning(
              'none, and checkpoints are kept in one file only: whoever has this machine could rewrite the past',
              'Name a witness in TOCSIN_WITNESSES, or a mailbox in TOCSIN_ANCHOR_MAIL',
            ),
      ];
    return Promise.all(settings.witnesses.map((each) => answers(each, settings.witnessDir)));
  },
};

/** Any answer will do: an empty request is none of theirs, so they refuse it and cosign nothing. */
async function answers(witness: Witness, stateDir: string): Promise<Found> {
  const { name } = parseVerifierKey(witness.verifierKey);
  try {
    const address = `${witness.url.replace(/\/+$/, '')}/add-checkpoint`;
    const answer = await fetch(address, { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(WAIT_MS) });
    await answer.body?.cancel();
    if (answer.status >= 500) return problem(`${name} answers ${answer.status}`, 'Tell whoever runs it');
  } catch (error) {
    return problem(`${name} does not answer: ${messageOf(error)}`, 'Check its address in TOCSIN_WITNESSES');
  }
  const last = await lastCosigned(stateDir, witness);
  return ok(last ? `${name} answers; it has cosigned ${plural(last.size, 'entry', 'entries')}` : `${name} answers`);
}
