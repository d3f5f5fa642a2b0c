// A breach from declaration to close, told by the domain, in whose names and free texts a word stands that must be findable.
import type pg from 'pg';
import { openDeliveries } from '../../activities/delivery/ledger/open-deliveries';
import type { IncidentEvent } from '../../domain/incident/events';
import { loadDisclosures } from '../../policy/load-disclosure';
import { appendEntries } from '../../register/append/appender';
import { accounts, assessment, at } from '../unit/domain/helpers/facts';
import { Story } from '../unit/domain/helpers/story';

export const SECRET = 'Zwiebelkuchen';
export const disclosures = loadDisclosures();
const isPersonal = (kind: string, pointer: string, text: string) => disclosures.isPersonal(kind, pointer, text);

/** Plays the incident; each person and each free text in it bears the secret. Without `until: closed` it stays open. */
export function secretive(id: string, until: 'closed' | 'open' = 'closed'): Story {
  const by = `${SECRET}@example.com`;
  const texts = { howItOccurred: `${SECRET} left a key in a log`, likelyConsequences: `mails to ${SECRET}` };
  const story = new Story({
    ...{ id, title: `Key of ${SECRET}`, owner: by, declaredBy: by, source: `${SECRET}'s laptop` },
    ...{ howItOccurred: texts.howItOccurred, maliciousSources: ['203.0.113.7'] },
  }).to(1);
  const german = assessment({ dataSets: [accounts({ residence: { DE: 200 }, significantHarm: 'no' })], ...texts });
  story.send('assess', { by, assessment: german, awareAt: at(1), reason: `${SECRET} said so` });
  story.send('measure', { by, text: `${SECRET}'s sessions ended`, commandId: `cmd-${SECRET}` });
  story.send('status', { by, status: 'contained', note: `by ${SECRET}`, commandId: `second-${SECRET}` });
  story.to(24).send('filed', { by, obligation: 'gdpr-art33-authority', reference: 'A' });
  story.send('approve', { by, obligation: 'gdpr-art34-individuals' });
  story.to(50).send('status', { by, status: 'resolved' });
  if (until === 'open') return story;
  const unconfirmed = Object.values(story.state.obligations).filter(({ status }) => status === 'proposed-not-owed');
  for (const { id: obligation } of unconfirmed) {
    story.send('not-owed', {
      by,
      obligation,
      reason: `${SECRET} went through the access log of that night line by line`,
    });
  }
  story.send('review', { by, rootCause: `${SECRET} was tired`, controls: ['Logs are masked'], shareSummary: false });
  story.send('close', { by, note: `thanks to ${SECRET}` });
  if (!story.state.closedAt) throw new Error(`the story does not end closed: ${story.problems().join('; ')}`);
  return story;
}

/** Appends the incident's entries, personal fields as the policy says. */
export function append(pool: pg.Pool, events: IncidentEvent[]) {
  return appendEntries(pool, events, isPersonal);
}

/** Deliveries to people whose address and reference bear the secret, in the ledger under each of these statuses. */
export async function deliver(pool: pg.Pool, incidentId: string, statuses: string[]): Promise<void> {
  const group = { incidentId, obligationId: 'gdpr-art34-individuals', channel: 'email', round: 1 };
  const people = statuses.map((_, i) => ({
    ref: `${SECRET}-${i}`,
    address: `${SECRET}.${i}@mail.example`,
    language: 'de',
  }));
  await openDeliveries(pool, group, people);
  for (const [i, status] of statuses.entries()) {
    await pool.query(
      `UPDATE tocsin.deliveries SET status = $3, batch_key = CASE WHEN $3 = 'pending' THEN NULL ELSE $4 END,
              claimed_at = CASE WHEN $3 = 'pending' THEN NULL ELSE now() END, provider_message_id = $4, sent_at = CASE WHEN $3 = 'sent' THEN now() END
        WHERE incident_id = $1 AND recipient_ref = $2`,
      [incidentId, `${SECRET}-${i}`, status, `${SECRET}-batch-${i}`],
    );
    await pool.query(
      `INSERT INTO tocsin.delivery_events (event_id, provider_message_id, kind, at) VALUES ($1, $2, 'delivered', now())
       ON CONFLICT DO NOTHING`,
      [`msg-of-${SECRET}-${incidentId}-${i}`, `${SECRET}-batch-${i}`],
    );
  }
}
