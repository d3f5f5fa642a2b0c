/** Incidents in every state that a page has to show, played by the domain, as of now: what a page says is left is left. */
import path from 'node:path';
import { type DraftDeps, draftNotice } from '../../../activities/notices/draft-notice';
import { thawNotice } from '../../../activities/notices/frozen-notice';
import { createFolderArtefacts } from '../../../activities/storage/folder-artefacts';
import { createFolderSite } from '../../../activities/storage/site';
import type { DraftInput } from '../../../activities/types';
import type { IncidentEvent } from '../../../domain/incident/events';
import { noticeNow } from '../../../domain/incident/notice-now';
import type { IncidentState } from '../../../domain/incident/state';
import type { IncidentWork } from '../../../domain/incident/work';
import { type Instant, MINUTE_MS, toInstant, toMs } from '../../../domain/kernel/time';
import { ruleOf } from '../../../domain/policy/policy';
import { loadPolicy } from '../../../policy/load-policy';
import type { PolicySource } from '../../../policy/settings';
import type { NoticeTexts } from '../../../server/pages/notice-texts';
import { draftInput } from '../../../workflows/lib/draft-input';
import { accounts, assessment, at, COUNSEL, ONCALL, stored } from '../../unit/domain/helpers/facts';
import { Story } from '../../unit/domain/helpers/story';

export const PEOPLE = 'gdpr-art34-individuals';
export const REPORT = 'gdpr-art33-authority:ie-dpc';
const ANN = 'ann@acme.dev';

/** What the stories show, one each. */
export type Told =
  | 'fresh'
  | 'quiet'
  | 'middle'
  | 'overdue'
  | 'notice'
  | 'approved'
  | 'partly'
  | 'told'
  | 'resolved'
  | 'closed'
  | 'exercise'
  | 'stopped';

/** An incident at an instant, with what its drafts are written from. */
export interface Played {
  id: string;
  state: IncidentState;
  events: IncidentEvent[];
  now: Instant;
  drafts: ReadonlyMap<string, DraftInput>;
}

const BREACH = {
  dataSets: [stored(), accounts({ individuals: 412, residence: { IE: 400, DE: 12 } })],
  workspaces: ['ws-1', 'ws-2'],
};

/** A story that keeps what its drafts are written from, and counts whom they go to. */
class LookedAtStory extends Story {
  // Effects are answered while the story begins.
  declare drafts: Map<string, DraftInput>;

  override answer(effect: IncidentWork): ReturnType<Story['answer']> {
    const report = super.answer(effect);
    if (effect.kind !== 'draft' || report.kind !== 'drafted') return report;
    this.drafts ??= new Map();
    for (const { sha256 } of report.data.renderings) this.drafts.set(sha256, draftInput(effect, this));
    const isFiling = effect.rule.channel === 'filing';
    const url = `https://tocsin.acme.dev/notices/${effect.obligation.id.replace(':', '/')}.html`;
    return {
      ...report,
      data: { ...report.data, ...(isFiling ? { url } : { reach: { languages: { en: 412 }, unreachable: 3 } }) },
    };
  }
}

/** The stories by what they show. */
export function stories(source: PolicySource): Record<Told, Played> {
  const { pack, sha256 } = loadPolicy(source);
  const begin = (id: string, over: object = {}, world: object = {}) =>
    new LookedAtStory({ id, owner: ONCALL, declaredBy: ONCALL, ...over }, pack, world);
  const assessed = (id: string, world: object = {}) => {
    const story = begin(id, { maliciousSources: ['203.0.113.7'] }, world).to(1);
    story.send('measure', { text: 'The key was revoked and every session ended', category: 'containment', by: ANN });
    story.send('assess', { assessment: assessment(BREACH), awareAt: at(1), by: COUNSEL });
    return story;
  };
  const edited = (id: string) => {
    const story = assessed(id).to(3);
    const { fingerprint: draft } = story.obligation(PEOPLE).draft!;
    const body =
      'Somebody used a key of ours that had become public.\n\n- Choose a new password.\n- Do not answer mails that ask for it.';
    const subject = 'A security incident that affects your account';
    story.send('edit-draft', { obligation: PEOPLE, language: 'en', draft, subject, body, by: COUNSEL });
    return story;
  };
  const approved = (id: string) => {
    const story = edited(id);
    story.send('approve', { obligation: PEOPLE, by: ANN });
    return story;
  };
  const told = (id: string, world: object = {}) => {
    const story = assessed(id, world).to(3);
    for (const by of [ANN, COUNSEL]) story.send('approve', { obligation: PEOPLE, by });
    return story;
  };
  const resolved = (id: string) => {
    const story = told(id);
    story.send('status', { status: 'contained' });
    story.to(24).send('filed', { by: COUNSEL, obligation: REPORT, reference: 'DPC-BN-26-004117' });
    story.confirmNotOwed();
    story.to(50).send('status', { status: 'resolved' });
    return story;
  };
  const closed = (id: string) => {
    const story = resolved(id);
    story.send('review', {
      by: COUNSEL,
      rootCause: 'A key stood in a build log',
      controls: ['Logs are masked'],
      shareSummary: false,
    });
    story.send('close', { by: COUNSEL, note: 'All told, all filed' });
    if (!story.state.closedAt) throw new Error(`it is not closed: ${story.problems().join('; ')}`);
    return story;
  };
  const played: Record<Told, LookedAtStory> = {
    fresh: begin('INC-20260401-9f3a', { title: 'Deploy key leaked' }).to(0.5),
    quiet: begin('INC-20260401-1c2d', {
      ...{ title: 'Laptop of an engineer lost on a train', kind: 'lost-device', severity: 'sev3' },
      ...{ serviceAffecting: false, systems: [], howItOccurred: undefined },
    }).to(0.5),
    middle: assessed('INC-20260401-77b0').to(30),
    overdue: begin('INC-20260401-05e1', { title: 'Customer database readable without a login', severity: 'sev1' }).to(
      30,
    ),
    notice: edited('INC-20260401-4d10'),
    approved: approved('INC-20260401-4d11'),
    partly: told('INC-20260401-4d12', { unreached: { 'accounts/DE': 12 } }),
    told: told('INC-20260401-4d13'),
    resolved: resolved('INC-20260401-6a40'),
    closed: closed('INC-20260401-6a41'),
    exercise: begin('INC-20260401-e0e0', { title: 'Phishing of the support team' }).to(1.5),
    stopped: assessed('INC-20260401-dead').to(12),
  };
  const entries = Object.entries(played).map(([name, story]) => [name, moved(name as Told, story, sha256)] as const);
  return Object.fromEntries(entries) as Record<Told, Played>;
}

/** What the policy of a story is known by, before it is that of this machine. */
const OF_STORIES = 'a'.repeat(64);
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** The story under the policy of this machine, and as of this minute: its drafts are of what is known then. */
function moved(told: Told, story: LookedAtStory, sha256: string): Played {
  const { state, events, now, drafts = new Map(), pack } = story;
  const byMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - toMs(now);
  let text = JSON.stringify({ state, events, now, drafts: [...drafts] })
    .replaceAll(OF_STORIES, sha256)
    .replaceAll('"exercise":false', `"exercise":${told === 'exercise'}`)
    .replaceAll(INSTANT, (instant) => toInstant(toMs(instant) + byMs));
  const read = () => JSON.parse(text) as { state: IncidentState; events: IncidentEvent[]; now: Instant; drafts: [] };
  for (const o of Object.values(read().state.obligations)) {
    const rule = ruleOf(pack, o.rule);
    if (!o.draft || !rule || o.status !== 'drafted') continue;
    text = text.replaceAll(o.draft.fingerprint, noticeNow(o, rule, read().state, pack).fingerprint);
  }
  const { drafts: inputs, ...played } = read();
  return { id: played.state.caseId, ...played, drafts: new Map(inputs) };
}

/** What drafts are written with, into a folder that is served at `url`. */
export function drafting(dir: string, url = 'https://tocsin.acme.dev'): DraftDeps {
  return {
    ...{ organisation: async () => 'Acme Ltd', log: { info() {}, warn() {}, error() {} } },
    artefacts: createFolderArtefacts(path.join(dir, 'artefacts')),
    site: createFolderSite(dir, url),
    directory: {
      read: () => ({ of: 'people' as const, pages: (async function* () {})(), unknown: () => [] }),
    },
  };
}

/** The texts of their drafts, as the templates give them. */
export function textsOf(all: readonly Played[], dir: string): NoticeTexts {
  const deps = drafting(dir);
  return {
    own: async () => ({}),
    file: async () => Promise.reject(new Error('there is no such file')),
    async text(sha256) {
      const input = all.flatMap(({ drafts }) => drafts.get(sha256) ?? [])[0];
      if (!input) throw new Error('there is no such text');
      const { renderings } = await draftNotice(deps, input);
      return thawNotice(deps.artefacts, renderings.find(({ language }) => language === 'en')!.sha256);
    },
  };
}
