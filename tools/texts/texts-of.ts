/** Every text that a scenario generates, without a stack: the pure core plays it, and each draft is rendered and kept. */
import type { DirectoryPort } from '../../activities/directory/directory-port';
import { draftNotice } from '../../activities/notices/draft-notice';
import { type FrozenNotice, thawNotice } from '../../activities/notices/frozen-notice';
import { createFolderArtefacts } from '../../activities/storage/folder-artefacts';
import { createFolderSite } from '../../activities/storage/site';
import type { DraftInput } from '../../activities/types';
import { readScenario } from '../../cli/commands/exercise/scenario';
import { readInput } from '../../cli/input';
import { advance, open } from '../../domain/case/advance';
import { messagesOf, onCaseMessage } from '../../domain/case/messages';
import type { Audience } from '../../domain/incident/audience';
import { audienceOf } from '../../domain/incident/audience-of';
import type { Counted } from '../../domain/incident/counted';
import { incidentLifecycle } from '../../domain/incident/lifecycle';
import { openingOf } from '../../domain/incident/opening';
import type { IncidentOutcome } from '../../domain/incident/outcome';
import type { Line, Texts } from '../../domain/incident/said';
import type { IncidentState } from '../../domain/incident/state';
import { nextWake } from '../../domain/incident/wake';
import { type IncidentWork, wantedWork } from '../../domain/incident/work';
import { type Instant, toMs } from '../../domain/kernel/time';
import type { PolicySnapshot } from '../../domain/policy/policy';
import type { Log } from '../../platform/log';
import { draftInput } from '../../workflows/lib/draft-input';

/** One text as it was last drafted in its round. */
export interface GeneratedText {
  /** `enterprise-notice-r1`; `enterprise-notice-r1-ws-aurora` of what one workspace is told. */
  name: string;
  language: string;
  input: DraftInput;
  notice: FrozenNotice;
}

export interface Played {
  state: IncidentState;
  texts: GeneratedText[];
  /** Dossiers, as the pages that people file from. */
  dossiers: Array<{ name: string; language: string; html: string; input: DraftInput }>;
  /** Messages of the scenario that were refused, with why. */
  refused: string[];
}

const DETECTED_AT = '2026-04-01T02:00:00.000Z';

/**
 * Plays a scenario file to its end. `dir`: a folder for what is frozen. `mark`: every fact that nobody translated stands in
 * brackets in the other languages, so that what the product itself says can be read in all of them.
 */
export async function textsOf(
  file: string,
  policy: PolicySnapshot,
  dir: string,
  { mark = false }: { mark?: boolean } = {},
): Promise<Played> {
  const player = new Player(policy, dir, mark);
  return player.play(file);
}

/** The directory of a played scenario: nobody is mailed, and how many a draft would reach is not asked. */
const NOBODY: DirectoryPort = {
  resolve: async () => ({ recipients: [], unknown: [] }),
  read: () => ({ of: 'people', pages: (async function* () {})(), unknown: () => [] }),
};
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** A played delivery reaches everybody. */
function everybodyOf(audience: Audience): Counted {
  if (audience.of === 'people') {
    const groups = audience.groups.map(({ count = 0, ...group }) => {
      // Subscribers of status updates are as many as the directory has.
      const listed = group.dataSet === undefined ? 3 : count;
      return { ...group, listed, told: listed };
    });
    return { of: 'people', groups };
  }
  const told = audience.ids === 'all' ? [] : audience.ids;
  return { of: 'workspaces', reached: told, unreached: [], numbers: { told: told.length, untold: 0 } };
}

function numberIn(counted: Counted): number {
  if (counted.of === 'workspaces') return counted.numbers.told;
  return counted.groups.reduce((sum, { told }) => sum + told, 0);
}

class Player {
  private state!: IncidentState;
  private now!: Instant;
  private readonly texts = new Map<string, GeneratedText>();
  private readonly dossiers = new Map<string, Played['dossiers'][number]>();
  private readonly refused: string[] = [];
  private readonly lifecycle;
  private readonly artefacts;
  private readonly site;

  constructor(
    private readonly policy: PolicySnapshot,
    dir: string,
    private readonly mark: boolean,
  ) {
    this.lifecycle = incidentLifecycle(policy.pack);
    this.artefacts = createFolderArtefacts(dir);
    this.site = createFolderSite(`${dir}/site`, 'http://127.0.0.1:8090');
  }

  async play(file: string): Promise<Played> {
    const { declaration, acts } = readScenario(readInput(file), { id: 'INC-TEXTS', detectedAt: DETECTED_AT });
    this.now = declaration.declaredAt;
    const opened = open(this.lifecycle, declaration.id, openingOf(declaration, this.policy, this.now), this.now, false);
    this.state = opened.state;
    await this.work();
    for (const act of acts) {
      await this.waitUntil(act.at);
      const message = messagesOf(this.lifecycle)[act.message]!.schema.parse(act.body);
      const { by } = message;
      const news = onCaseMessage(this.lifecycle, this.state, act.message, message, this.now);
      for (const each of news)
        if (each.kind === 'rejected') this.refused.push(`${act.where}: ${each.data.problems.join('; ')}`);
      this.state = advance(this.lifecycle, this.state, news, this.now, by).state;
      await this.work();
    }
    return {
      state: this.state,
      texts: [...this.texts.values()],
      dossiers: [...this.dossiers.values()],
      refused: this.refused,
    };
  }

  private async waitUntil(until: Instant): Promise<void> {
    for (;;) {
      const wake = nextWake(this.state, this.policy.pack, this.now);
      if (!wake || toMs(wake.at) > toMs(until)) break;
      await this.tickAt(wake.at);
    }
    await this.tickAt(until);
  }

  private async tickAt(at: Instant): Promise<void> {
    this.now = at;
    this.state = advance(this.lifecycle, this.state, [], at).state;
    await this.work();
  }

  private async work(): Promise<void> {
    for (;;) {
      const [work] = wantedWork(this.state, this.policy.pack);
      if (!work) return;
      const outcome = await this.outcomeOf(work);
      const news = this.lifecycle.onOutcome(this.state, outcome, this.now);
      this.state = advance(this.lifecycle, this.state, news, this.now).state;
    }
  }

  private async outcomeOf(work: IncidentWork): Promise<IncidentOutcome> {
    switch (work.kind) {
      case 'draft':
        return this.draft(work);
      case 'dispatch': {
        const { obligation: o, rule } = work;
        const audience = audienceOf(rule, this.state, this.policy.pack);
        const counted = audience && everybodyOf(audience);
        const sent = counted && numberIn(counted);
        const { renderings } = o.draft!;
        const times = { firstSentAt: this.now, lastSentAt: this.now };
        const evidence = { channel: rule.channel, recipients: sent, sent, failed: 0, ...times, renderings };
        return { kind: 'delivered', obligation: o.id, round: o.round, evidence, counted };
      }
      case 'contain':
        return {
          kind: 'containment-step',
          data: { id: work.id, outcome: work.undo ? 'undone' : 'verified', detail: 'played' },
        };
      case 'verify-register':
        return { kind: 'register-verified', data: { entries: this.state.seq, head: '0'.repeat(64) } };
      case 'recount':
        throw new Error('no mail comes back here');
      case 'open-filing':
      case 'settle-batch':
      case 'stop-delivery':
      case 'tell-in-app':
        throw new Error('an event causes it, not the state');
    }
  }

  private async draft(work: Extract<IncidentWork, { kind: 'draft' }>): Promise<IncidentOutcome> {
    const { artefacts, site } = this;
    const wanted = draftInput(work, { state: this.state, now: this.now });
    const input = this.mark ? marked(wanted) : wanted;
    const organisation = async () => this.policy.pack.organisation.name;
    const drafted = await draftNotice({ artefacts, site, organisation, directory: NOBODY, log: SILENT }, input);
    const name = `${input.obligation.replace(':', '_')}-r${input.round}`;
    if (input.channel === 'filing') {
      for (const { language, sha256 } of drafted.renderings) {
        const page = language === 'en' ? name : `${name}.${language}`;
        const bytes = await artefacts.get(sha256);
        this.dossiers.set(page, { name: page, language, html: bytes.toString('utf8'), input });
      }
    } else {
      for (const { language, sha256, own } of drafted.renderings) {
        const notice = await thawNotice(artefacts, sha256);
        this.texts.set(`${name}.${language}`, { name, language, input, notice });
        if (own) await this.keepOwn(own, { name, language, input });
      }
    }
    const { obligation: o, fingerprint, missing } = work;
    return { kind: 'drafted', data: { obligation: o.id, round: o.round, fingerprint, missing, ...drafted } };
  }

  /** What the first of the workspaces with numbers of their own is told. */
  private async keepOwn(own: { sha256: string }, text: Omit<GeneratedText, 'notice'>): Promise<void> {
    const list: Record<string, string> = JSON.parse((await this.artefacts.get(own.sha256)).toString('utf8'));
    const [workspace, sha256] = Object.entries(list)[0]!;
    const name = `${text.name}-${workspace}`;
    this.texts.set(`${name}.${text.language}`, { ...text, name, notice: await thawNotice(this.artefacts, sha256) });
  }
}

/** A draft of which each text of a person stands in brackets in every language in which nobody has given it. */
function marked(input: DraftInput): DraftInput {
  const inAll = (texts: Texts): Texts => {
    const { en } = texts;
    return { fr: `[${en}]`, de: `[${en}]`, ...texts };
  };
  const said = (lines: Line[]) => lines.map((line) => withTexts(line, inAll));
  return {
    ...input,
    contents: input.contents.map((content) => ({ ...content, ...(content.said && { said: said(content.said) }) })),
  };
}

function withTexts(line: Line, change: (texts: Texts) => Texts): Line {
  switch (line.is) {
    case 'text':
    case 'weighed':
      return { ...line, text: change(line.text) };
    case 'answer':
      return line.of ? { ...line, of: change(line.of) } : line;
    case 'data':
      return { ...line, title: change(line.title), categories: line.categories.map(change) };
    default:
      return line;
  }
}
