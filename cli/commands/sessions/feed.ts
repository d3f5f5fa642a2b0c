/** `tocsin sessions feed`: takes authentication events from a file into the rules that run, each once. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import type { Consumed } from '../../../detection/sessions/consumer';
import { plural } from '../../../domain/kernel/plural';
import { readAuthEvents } from '../../auth-event-file';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  source: string;
}

const BATCH = 1_000;

export function sessionsFeedCommand(sessions: Command, shell: Shell): void {
  verb(
    sessions,
    'feed <file>',
    'Feed authentication events, or an audit log, from a file into the rules; findings go to triage. Safe to repeat.',
    'sessions feed /var/log/platform/audit.jsonl --source audit-log   # from cron: each event counts once',
  )
    .requiredOption('--source <name>', 'where the events come from; an event id counts once per source')
    .action(async (file: string, options: Options) => {
      if (!/^[a-z0-9][a-z0-9-]{0,59}$/.test(options.source))
        throw usage(`--source: "${options.source}" is not a valid source name: use lower-case letters, digits and "-"`);
      const { acceptWithin } = await import('../../../detection/intake/inbox/accept.js');
      const { openSessions } = await import('../../../detection/sessions/open-sessions.js');
      const { loadSessionPolicy } = await import('../../../policy/load-sessions.js');
      const { InboxProofs } = await import('../../../detection/intake/inbox/inbox-proof.js');
      const settings = shell.settings.sessions;
      // Those of the intake, which believes no finding that somebody without them put there.
      const proofs = new InboxProofs(shell.temporalSettings.encryptionKeys);
      const { events, others } = await readAuthEvents(file, loadSessionPolicy(settings.policyFile));
      let raised = 0;
      const came = { fresh: 0, known: 0, past: 0 };
      const consumer = await openSessions(settings, {
        pool: await shell.register(),
        accept: async (client, detections) => {
          raised += await acceptWithin(client, detections, proofs);
        },
      });
      for (let i = 0; i < events.length; i += BATCH) {
        const batch = events.slice(i, i + BATCH).map(({ event }) => event);
        const { fresh, known, past } = await consumer.consume(options.source, batch);
        came.fresh += fresh;
        came.known += known;
        came.past += past;
      }
      if (options.json) shell.out.json({ events: events.length, ...came, others, raised });
      else shell.out.line(fedLine(came, raised));
    });
}

/** What was known before and what is too old are told apart from what was judged: nothing new is no all-clear. */
function fedLine({ fresh, known, past }: Consumed, raised: number): string {
  const rest = [
    known > 0 ? `; ${known} had been taken before` : '',
    past > 0 ? `; ${plural(past, 'event')} left out, as older than the memory of the rules` : '',
  ];
  return `${plural(fresh, 'event')} taken, ${plural(raised, 'new detection')}${rest.join('')}.`;
}
