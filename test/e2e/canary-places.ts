/** The canaries of a whole incident, and the table of what may be found where after its erasure. */

/** What people wrote of an incident: facts, reasons, names. */
export const said = {
  title: 'kanarie-title',
  how: 'kanarie-how-it-occurred',
  system: 'kanarie-system',
  consequences: 'kanarie-consequences',
  dataSet: 'kanarie-data-set',
  reporterName: 'Kanarie Rapporteur',
  reason: 'kanarie-reason',
  note: 'kanarie-note',
  reference: 'KANARIE-REF-1',
  rootCause: 'kanarie-root-cause',
  address: '198.51.100.213',
  attachment: 'kanarie-receipt.txt',
  credential: 'kanarie-credential',
};
/** Who acted, by which command, and why it was erased. The owner as staff know the name: before the @. */
export const acted = {
  actor: 'kanarie-actor@acme.example',
  commandId: 'kanarie-command-1',
  handle: 'kanarie-incident-owner',
  erasureReason: 'kanarie-granted',
};
/** Who was told. */
export const told = { owner: 'kanarie-owner@audience.example', person: 'kanarie-person@audience.example' };
/** A vulnerability report and who reported it. */
export const reported = {
  text: 'kanarie-hole in the login',
  email: 'kanarie-finder@reporter.example',
  name: 'Kanarie Finder',
};
/** What the operator set. */
export const secrets = {
  mailKey: 're_kanarie_mail_key',
  apiToken: 'kanarie-cloudflare-token',
  webhookSecret: Buffer.from('kanarie-webhook-secret-32-bytes!').toString('base64'),
  readToken: 'kanarie-log-read-token-0123456789',
  reportMailSecret: Buffer.from('kanarie-report-mail-secret-bytes').toString('base64'),
};
/** What stands in a file that is attached to a filing: only its hash and name are kept. */
export const attachmentText = 'kanarie-content-of-the-receipt';

/** What each canary stands for. */
export type Kind =
  | keyof typeof said
  | keyof typeof acted
  | keyof typeof told
  | keyof typeof reported
  | keyof typeof secrets
  | LateKind;
/** Those that the stack makes: read while it runs. */
export type LateKind =
  | 'attachmentText'
  | 'dataKey'
  | 'encryptionKey'
  | 'sessionKey'
  | 'databasePassword'
  | 'rolledSecret';

/** What the register keeps of an incident for good: what was acted on, and what says which report was filed. */
const KEPT: Kind[] = ['address', 'credential', 'dataSet', 'reference', 'system'];
const FACTS = Object.keys(said) as Kind[];
/** What the audit log and the register's own entries keep. */
const ACTED: Kind[] = ['actor', 'commandId', 'erasureReason'];
const SECRETS = Object.keys(secrets) as Kind[];
/** What a notice and a dossier say. */
const WRITTEN: Kind[] = ['title', 'how', 'consequences', 'dataSet', 'reporterName'];

/** What may be found where after the erasure, and why. What is not here must be nowhere. */
export const ALLOWED: { place: string; kinds: Kind[]; why: string }[] = [
  {
    place: 'Postgres, write-ahead log',
    kinds: [...KEPT, ...ACTED, 'person', 'owner', 'dataKey', 'text', 'email', 'name'],
    why: 'until its files are used again, as the erasure says',
  },
  {
    place: 'Postgres',
    kinds: [...KEPT, ...ACTED],
    why: 'what register and audit log keep for good, as the erasure says',
  },
  { place: 'backup', kinds: [...KEPT, ...ACTED], why: 'a copy of the register and the audit log' },
  { place: 'Temporal', kinds: ['handle'], why: 'cases are found by their owner, as the erasure says' },
  { place: 'export after the erasure', kinds: KEPT, why: 'shows the register' },
  {
    place: 'exports to the authority and internally',
    kinds: [...FACTS, 'actor', 'commandId', 'handle'],
    why: 'they left before',
  },
  { place: 'export to a customer', kinds: [...WRITTEN], why: 'it left before; what customers are told' },
  {
    place: 'copies of drafts and texts',
    kinds: [...WRITTEN, 'actor'],
    why: 'until the worker has run for an hour, as the erasure says',
  },
  { place: 'dossiers and notices', kinds: [...WRITTEN, 'actor'], why: 'until they are deleted, as the erasure says' },
  {
    place: 'mails that went out',
    kinds: ['person', 'owner', 'email', 'consequences', 'dataSet', 'title', 'how', 'handle'],
    why: 'they left',
  },
  { place: 'calls that went out', kinds: ['address', 'credential', 'system'], why: 'what the provider was asked for' },
  { place: 'vault', kinds: ['credential', 'rolledSecret'], why: 'where new secrets go' },
  {
    place: 'addresses of the running stack',
    kinds: ['encryptionKey', 'sessionKey', 'databasePassword'],
    why: 'for a second shell; readable by its owner only',
  },
  {
    place: 'keys of the stack',
    kinds: ['encryptionKey', 'sessionKey', 'databasePassword'],
    why: 'where they are kept',
  },
  { place: 'what up prints', kinds: ['sessionKey'], why: 'it opens the Web UI, for whoever started the stack' },
  { place: 'environment of up and worker', kinds: SECRETS, why: 'as the operator set them' },
];

/** The place of a file. Each file is in one; of what this test itself wrote for the incident there is none. */
export function placeOf(name: string): string | undefined {
  const rules: [RegExp, string | undefined][] = [
    [/^(in|directory)\//, undefined],
    [/^data\/postgres\/pg_wal\//, 'Postgres, write-ahead log'],
    [/^data\/postgres\/(?!password)/, 'Postgres'],
    [/^data\/temporal\/temporal\.db/, 'Temporal'],
    [/^data\/(temporal\/(keys|session-key)|postgres\/password)/, 'keys of the stack'],
    [/^data\/stack\.json$/, 'addresses of the running stack'],
    [/^data\/artefacts\//, 'copies of drafts and texts'],
    [/^data\/site\/(dossiers|notices)\//, 'dossiers and notices'],
    [/^data\/vault\//, 'vault'],
    [/^backups\//, 'backup'],
    [/^exports\/after/, 'export after the erasure'],
    [/^exports\/customer/, 'export to a customer'],
    [/^exports\//, 'exports to the authority and internally'],
    [/^logs\/up\.log$/, 'what up prints'],
    [/^mailbox\//, 'mails that went out'],
    [/^recorder\//, 'calls that went out'],
  ];
  const rule = rules.find(([pattern]) => pattern.test(name));
  // Logs, the signed log, the spool and whatever else there is.
  return rule ? rule[1] : `the file ${name}`;
}
