/** A change of the status makes exactly those drafts out of date whose text says it: of each rule, in each language (decision 0038). */
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { templatesDir } from '../../../activities/notices/templates';
import { missingFields } from '../../../domain/incident/contents';
import { evolve } from '../../../domain/incident/evolve';
import { type IncidentStatus, STATUSES } from '../../../domain/incident/incident';
import { noticeNow } from '../../../domain/incident/notice-now';
import { blank, type IncidentState } from '../../../domain/incident/state';
import type { ObligationRule } from '../../../domain/policy/rule';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { draftInput } from '../../../workflows/lib/draft-input';
import { temporaryDir } from '../../setup/helpers';
import { at } from '../domain/helpers/facts';
import { FULL } from '../domain/helpers/full-facts';
import { Story } from '../domain/helpers/story';
import { type Bench, startBench } from './fixtures';

const { pack } = loadPolicy(DEFAULT_PACKS);
const RULES = pack.obligations.filter(({ template }) => template !== undefined);
/** Of all that people write in these stories, so that each language is offered. */
const TEXTS = [
  ...['The sessions were ended', 'Keys will expire', 'We found a key in a log', 'Keys expire after a day'],
  ...['Somebody read parts of our database with a key that had become public', 'Phishing with real names'],
  ...['Change your password', 'Account data', 'name', 'login', 'A deploy key was printed to a build log'],
  ...['Logins are slow', 'Deploy key leaked', 'Customer content', 'contents of projects'],
];

let bench: Bench;
let base: IncidentState;
beforeAll(async () => {
  bench = await startBench();
  const story = new Story({ publicSummary: 'Logins are slow' }, pack).to(1);
  story.send('contain', { measure: { action: 'isolate-system', system: 'ci-runner' } });
  story.send('measure', { text: 'The sessions were ended' });
  story.send('measure', { text: 'Keys will expire', planned: true });
  story.send('assess', { assessment: FULL, awareAt: at(1) });
  const controls = ['Keys expire after a day'];
  story.send('review', { rootCause: 'x', controls, shareSummary: true, summary: 'We found a key in a log' });
  for (const language of ['fr', 'de'])
    story.send('translate', { language, texts: TEXTS.map((of) => ({ of, is: `${of} (${language})` })) });
  // What was done is counted as of the last change of the status.
  base = withStatus(withStatus(story.state, 'identified'), 'declared');
});

function withStatus(state: IncidentState, status: IncidentStatus): IncidentState {
  const { anchors } = state;
  const event = { v: 1 as const, incidentId: state.caseId, seq: state.seq + 1, at: at(9), by: 'x', exercise: false };
  const data = { status, at: at(9), previous: state.status };
  // Of the status alone: no instant that a text may say moves with it.
  return { ...evolve(state, { ...event, kind: 'status-changed', data }), anchors };
}

/** The fingerprint of what a rule's notice would say, and the hashes of what it says by language. */
async function drafted(rule: ObligationRule, state: IncidentState): Promise<{ fingerprint: string; texts: string }> {
  const o = Object.values(state.obligations).find((each) => each.rule === rule.id) ?? blank(rule.id, rule.id);
  const { contents, edits, fingerprint } = noticeNow(o, rule, state, pack);
  const work = { kind: 'draft', key: '', obligation: o, rule, contents, edits, fingerprint } as const;
  const authority = rule.recipient.to === 'authorities' ? pack.authorities[0] : undefined;
  const given = { ...work, missing: missingFields(contents), ...(authority && { authority }) };
  const { renderings } = await bench.activities.draftNotice(draftInput(given, { state, now: at(9) }));
  return { fingerprint, texts: renderings.map(({ language, sha256 }) => `${language} ${sha256}`).join('\n') };
}

test.each(RULES.map((rule) => [rule.id, rule] as const))('%s', async (id, rule) => {
  const of = await Promise.all(STATUSES.map((status) => drafted(rule, withStatus(base, status))));
  for (const [i, one] of of.entries()) {
    for (const [j, other] of of.entries()) {
      const pair = `${id}: ${STATUSES[i]} and ${STATUSES[j]}`;
      expect([pair, one.fingerprint === other.fingerprint]).toEqual([pair, one.texts === other.texts]);
    }
  }
  const isUpdate = ['status-page-update', 'status-subscribers'].includes(id);
  expect([id, new Set(of.map(({ texts }) => texts)).size > 1]).toEqual([id, isUpdate]);
});

test('notices in more than one language are compared in each', async () => {
  const languages = await Promise.all(
    RULES.map(async (rule) => (await drafted(rule, base)).texts.split('\n').map((text) => text.slice(0, 2))),
  );
  expect(new Set(languages.flat())).toEqual(new Set(['en', 'fr', 'de']));
  expect(languages.filter((each) => each.length > 1).length).toBeGreaterThanOrEqual(5);
});

test('a template that says the status in a text which is not told of it is refused with the policy', () => {
  const dir = path.join(temporaryDir('templates'), 'templates');
  cpSync(templatesDir(), dir, { recursive: true });
  expect(loadPolicy(DEFAULT_PACKS, { templatesDir: dir }).sha256).toHaveLength(64);
  const text = '---\nsubject: x\nlocale: fr-FR\ntimeZone: UTC\n---\n{{ incident.status }}\n';
  writeFileSync(path.join(dir, 'individual-notice', 'fr.md'), text);
  expect(() => loadPolicy(DEFAULT_PACKS, { templatesDir: dir })).toThrow(
    /obligations\[gdpr-art34-individuals\]\.template: individual-notice\/fr\.md says incident\.status/,
  );
});
