/** Who must be told, and who is alarmed: whether the directory can be read and whom it has, and who is on call now. */
import { createCsvDirectory } from '../activities/directory/csv-directory';
import type { DirectoryPort } from '../activities/directory/directory-port';
import { createHttpDirectory, probeHttpDirectory } from '../activities/directory/http-directory';
import { BOUNDS, type HttpDirectorySettings } from '../activities/directory/http-pages';
import { directorySettings } from '../activities/directory/settings';
import { createSqlDirectory, probeSqlDirectory } from '../activities/directory/sql-directory';
import { isMailAddress } from '../activities/mail/mail-address';
import { loadContacts } from '../activities/paging/contacts';
import { pagingSettings } from '../activities/paging/settings';
import { onCall } from '../domain/escalation/rota';
import { plural } from '../domain/kernel/plural';
import { toInstant } from '../domain/kernel/time';
import type { RecipientRule } from '../domain/policy/rule';
import { loadRota } from '../policy/load-rota';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS, warning } from './check';
import { connected } from './connected';

export const directory: Check = {
  about: 'Directory',
  of: ['worker'],
  async look({ read }) {
    const settings = read(directorySettings);
    if (!settings) return WRONG_SETTINGS;
    if ('folder' in settings) return counted(createCsvDirectory(settings.folder));
    if ('endpoint' in settings) return overHttp(settings);
    try {
      return await connected(settings.url, async (client) => {
        await probeSqlDirectory(client, settings);
        return counted(createSqlDirectory(client, settings));
      });
    } catch (error) {
      return [
        problem(messageOf(error), 'Nobody can be told until the directory answers: mend the query or its database'),
      ];
    }
  },
};

/** Each page is asked for once: whoever looks has no time for retries. */
async function overHttp(settings: HttpDirectorySettings): Promise<Found[]> {
  const odd: Found[] = [];
  const tell = (told: string) => void odd.push(warning(told, 'Correct them: who has no address is not told by mail'));
  try {
    await probeHttpDirectory(settings);
    return [...(await counted(createHttpDirectory(settings, tell, { ...BOUNDS, tries: 1 }))), ...odd];
  } catch (error) {
    return [
      problem(messageOf(error), 'Nobody can be told until the directory answers: mend its settings or the service'),
    ];
  }
}

/** Individuals are asked for by data set only, once one is affected. */
async function counted(port: DirectoryPort): Promise<Found[]> {
  const groups = [
    ['workspace-owners', 'owner of a workspace', 'owners of workspaces'],
    ['status-subscribers', 'subscriber of status updates', 'subscribers of status updates'],
  ] as const;
  const found: Found[] = [];
  for (const [to, one, many] of groups) {
    const recipient = { to } as RecipientRule;
    const { recipients } = await port.resolve({ recipient, workspaces: 'all', dataSets: [] });
    const unusable = recipients.filter(({ address }) => !isMailAddress(address)).length;
    const who = plural(recipients.length, one, many);
    if (recipients.length === 0)
      found.push(warning(`it has no ${many}`, 'If there are any, its file, query or service leaves them out'));
    else if (unusable > 0)
      found.push(
        warning(
          `${who}, ${unusable} of them without a usable address`,
          'Give each an address: until then they must be told by another channel',
        ),
      );
    else found.push(ok(`${who}, ${recipients.length === 1 ? 'with an address' : 'each with an address'}`));
  }
  return found;
}

export const people: Check = {
  about: 'On call',
  of: ['worker'],
  async look({ read }) {
    const settings = read(pagingSettings);
    if (!settings) return WRONG_SETTINGS;
    const { contactsFile, escalation } = settings;
    const found: Found[] = [];
    if (contactsFile) await loadContacts(contactsFile); // throws what is wrong with it
    if (escalation.rotaFile) found.push(...onCallNow(escalation.rotaFile));
    else
      found.push(
        warning(
          'no rota is set: the owner of a case is alarmed, then the fallback of the contacts',
          'Name a file in TOCSIN_ROTA, like examples/rota.yaml',
        ),
      );
    if (!escalation.serverAddress)
      found.push(
        warning(
          'mails to staff have no links: nobody acknowledges, or opens a dossier, from where they read of it',
          'Set TOCSIN_SERVER_URL to the address of the server, for workers too',
        ),
      );
    const { slack, pagerduty, webhook } = escalation;
    const ways = Object.entries({ Slack: slack, PagerDuty: pagerduty, 'the webhook': webhook });
    const set = ways.flatMap(([name, way]) => (way ? [name] : []));
    if (set.length === 0)
      found.push(
        warning(
          'alarms go out by mail alone, which wakes nobody',
          'Set TOCSIN_PAGERDUTY_ROUTING_KEY, TOCSIN_SLACK_WEBHOOK_URL or TOCSIN_ESCALATION_WEBHOOK_URL',
        ),
      );
    else
      found.push(notChecked(`alarms go out through ${set.join(' and ')} too, which were not tried: they would ring`));
    return found;
  },
};

function onCallNow(file: string): Found[] {
  const rota = loadRota(file);
  const now = toInstant(Date.now());
  return rota.levels.map(({ name }, index) => {
    const turn = onCall(rota, index + 1, now);
    return turn
      ? ok(`level ${index + 1} (${name}): ${rota.people[turn.who]!.name}`)
      : problem(`level ${index + 1} (${name}): nobody is on call now`, `Fill the gap in ${file}`);
  });
}
