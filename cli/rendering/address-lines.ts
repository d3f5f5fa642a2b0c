/** Where people look, as `tocsin up` and `npm start` print it. */
import path from 'node:path';
import type { StackAddresses } from '../../platform/stack-file';
import type { Output } from './output';

/**
 * The addresses of a stack that is up, a line each: with those of one incident where it is given. `dir` is the data
 * folder, which keeps the key that the links carry on a terminal: what is printed elsewhere ends in logs. The status page is
 * for everybody.
 */
export function addressLines(
  { temporal, mailbox, site }: Pick<StackAddresses, 'temporal' | 'mailbox' | 'site'>,
  dir: string,
  out: Output,
  incidentId?: string,
): string[] {
  const incident = incidentId && `/${encodeURIComponent(incidentId)}`;
  const { address, uiUrl, sessionKey, namespace, encryptionKeys } = temporal;
  const withKey = (url: string) => (sessionKey && out.isTerminal ? `${url}?key=${sessionKey}` : url);
  const rows = [
    [
      'Web UI',
      uiUrl
        ? withKey(`${uiUrl}${incident ? `/namespaces/${namespace}/workflows${incident}` : '/open-cases'}`)
        : `of ${address}`,
    ],
    ...(sessionKey
      ? [['', `${keyText(uiUrl !== undefined, out.isTerminal)}: share it with nobody. The key: ${keyFile(dir)}`]]
      : []),
    ['Temporal', `${address} (TEMPORAL_ADDRESS for scripts)`],
    // Without keys nothing is sealed: the plain command is believed as it is.
    ...(uiUrl && encryptionKeys
      ? [['Codec', `${uiUrl}/codec${incident ?? '/INC-…'} (TEMPORAL_CODEC_ENDPOINT for the temporal command)`]]
      : []),
    ['Mailbox', withKey(mailbox.url)],
    ['Status page', `${site.url}/status/`],
    ['Dossiers', withKey(`${site.url}/dossiers${incident ?? ''}/`)],
  ];
  return rows.map(([name, text]) => addressLine(name!, text!, out));
}

export function addressLine(name: string, text: string, out: Output): string {
  return `${out.style(name.padEnd(12), 'dim')} ${text}`;
}

function keyText(orders: boolean, inLinks: boolean): string {
  const may = orders ? 'can give orders and read everything' : 'reads everything';
  return inLinks
    ? `Whoever has a link with a key ${may}`
    : `These pages take the key of the session, and whoever has it ${may}`;
}

/** As somebody would type it from here. */
function keyFile(dir: string): string {
  const file = path.join(path.resolve(dir), 'temporal', 'session-key');
  const near = path.relative('', file);
  return near.startsWith('..') ? file : near;
}
