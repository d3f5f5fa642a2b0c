/** Where people look, as `tocsin up` and `npm start` print it. */
import path from 'node:path';
import type { StackAddresses } from '../../platform/stack-file';
import type { Output } from './output';

/**
 * The addresses of a stack that is up, a line each: with those of one incident where it is given. `dir` is the data
 * folder, which keeps the key that the link to the Web UI carries.
 */
export function addressLines(
  { temporal, mailbox, site }: Pick<StackAddresses, 'temporal' | 'mailbox' | 'site'>,
  dir: string,
  out: Output,
  incidentId?: string,
): string[] {
  const incident = incidentId && `/${encodeURIComponent(incidentId)}`;
  const { address, uiUrl, sessionKey, namespace, encryptionKeys } = temporal;
  const rows = [
    [
      'Web UI',
      uiUrl ? `${uiUrl}/namespaces/${namespace}/workflows${incident ?? ''}?key=${sessionKey}` : `of ${address}`,
    ],
    ...(uiUrl ? [['', `Whoever has this link can give orders: share it with nobody. Its key: ${keyFile(dir)}`]] : []),
    ['Temporal', `${address} (TEMPORAL_ADDRESS for scripts)`],
    // Without keys nothing is sealed: the plain command is believed as it is.
    ...(uiUrl && encryptionKeys
      ? [['Codec', `${uiUrl}/codec${incident ?? '/INC-…'} (TEMPORAL_CODEC_ENDPOINT for the temporal command)`]]
      : []),
    ['Mailbox', mailbox.url],
    ['Status page', `${site.url}/status/`],
    ['Dossiers', `${site.url}/dossiers${incident ?? ''}/`],
  ];
  return rows.map(([name, text]) => `${out.style(name!.padEnd(12), 'dim')} ${text}`);
}

/** As somebody would type it from here. */
function keyFile(dir: string): string {
  const file = path.join(path.resolve(dir), 'temporal', 'session-key');
  const near = path.relative('', file);
  return near.startsWith('..') ? file : near;
}
