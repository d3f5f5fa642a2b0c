import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filingTaskMail } from '../../../activities/paging/alarm-text';
import { statusFeed } from '../../../activities/status-page/status-feed';
import { publicStatus, type StatusUpdate } from '../../../activities/status-page/status-page-port';
import type { AlarmInput, FilingTaskInput, PublishStatusInput } from '../../../activities/types';
import { commandsFor } from '../../../domain/case/alarm-commands';
import { contentsWith, draftInput, failureOf, startBench } from './fixtures';

const NOTICE = {
  kind: 'obligation',
  obligation: 'enterprise-notice',
  title: 'Notice to enterprise customers',
  onSilence: 'send',
} as const;
const FILING = {
  kind: 'obligation',
  obligation: 'gdpr-art33-authority:ie-dpc',
  title: 'Report to the EU supervisory authority',
  onSilence: 'alarm',
} as const;

/** An alarm as the domain makes it: its commands follow from what is to be done. */
function alarm(of: Partial<AlarmInput> = {}): AlarmInput {
  const input: AlarmInput = {
    incidentId: 'INC-7',
    exercise: false,
    seq: 41,
    at: '2026-04-03T18:00:00.000Z',
    to: 'alice',
    severity: 'sev1',
    incidentTitle: 'Leaked deploy key',
    threshold: { kind: 'elapsed', percent: 90 },
    about: FILING,
    todo: 'file',
    dueAt: '2026-04-04T02:00:00.000Z',
    commands: [],
    ...of,
  };
  return { ...input, commands: of.commands ?? commandsFor(input.todo, input.incidentId, input.about) };
}

describe('alarms', () => {
  test('say first what to do and by when, and hold the command to run next', async () => {
    const bench = await startBench();
    await bench.activities.raiseAlarm(alarm());
    const [mail] = bench.mailbox.messages();
    expect(mail!.to).toEqual(['alice@example.com']);
    expect(mail!.subject).toBe(
      '[INC-7 sev1] 90 % of the clock: gdpr-art33-authority:ie-dpc: file the report, then record its reference before 2026-04-04 02:00 UTC',
    );
    expect(mail!.text).toContain('npx tocsin filed INC-7 gdpr-art33-authority:ie-dpc REFERENCE --by you@example.com');
    expect(mail!.text).toContain('8 h left');
    expect(mail!.request!.key).toBe('alarm/INC-7/41');
  });

  test.each<[string, Partial<AlarmInput>, string, string]>([
    [
      'an approval that is awaited',
      { about: NOTICE, todo: 'approve', threshold: { kind: 'margin' } },
      '[INC-7 sev1] margin reached: enterprise-notice: approve, hold or waive the notice before 2026-04-04 02:00 UTC',
      'npx tocsin approve INC-7 enterprise-notice --by you@example.com',
    ],
    [
      // Its words name a file: no command may be guessed from them.
      'a draft that fails',
      {
        about: NOTICE,
        todo: 'look-into',
        threshold: { kind: 'failing', work: 'draft' },
        dueAt: undefined,
        detail: 'the template file enterprise-notice/en.md cannot be read: approve, file or release it',
      },
      '[INC-7 sev1] failing: enterprise-notice: find out why, and fix it',
      'npx tocsin explain INC-7 enterprise-notice',
    ],
    [
      'a damaged register',
      {
        about: { kind: 'incident' },
        todo: 'verify-register',
        threshold: { kind: 'register-damaged' },
        dueAt: undefined,
      },
      '[INC-7 sev1] register damaged: verify the register',
      'npx tocsin register verify',
    ],
    [
      'a containment step that came to nothing',
      {
        about: { kind: 'measure', measure: 'isolate-system ci' },
        todo: 'contain-by-hand',
        threshold: { kind: 'failed' },
        dueAt: undefined,
      },
      '[INC-7 sev1] failed: isolate-system ci: contain it by hand, then record the measure',
      'npx tocsin show INC-7',
    ],
  ])('%s: its own subject and its own command first', async (_what, of, subject, command) => {
    const bench = await startBench();
    await bench.activities.raiseAlarm(alarm(of));
    const [mail] = bench.mailbox.messages();
    expect(mail!.subject).toBe(subject);
    expect(/Next:\s+(npx .*)/.exec(mail!.text!)?.[1]).toBe(command);
    if (of.todo !== 'file') expect(mail!.text).not.toContain('tocsin filed');
  });

  test('reach their contact once: under lost answers, and when the provider has forgotten the key', async () => {
    const bench = await startBench();
    bench.mailbox.faults.set({ dropNext: 1 });
    expect(await failureOf(bench.activities.raiseAlarm(alarm()))).toMatchObject({ type: 'MailOutcomeUnknown' });
    await bench.activities.raiseAlarm(alarm());
    bench.deps.ports.live.mail.send = async () => {
      throw new Error('nothing more is to be sent');
    };
    await bench.activities.raiseAlarm(alarm());
    expect(bench.mailbox.messages()).toHaveLength(1);
  });

  test('an exercise is marked, and stands for no real alarm', async () => {
    const bench = await startBench();
    await bench.activities.raiseAlarm(alarm({ exercise: true }));
    await bench.activities.raiseAlarm(alarm());
    expect(
      bench.mailbox
        .messages()
        .map(({ subject }) => subject.startsWith('[EXERCISE] '))
        .sort(),
    ).toEqual([false, true]);
  });

  test('a refused address falls back; hostile titles are text', async () => {
    const bench = await startBench();
    const { mail } = bench.deps.ports.live;
    const { send } = mail;
    mail.send = async (message, key) =>
      message.to === 'alice@example.com' ? { outcome: 'refused', errorCode: 'validation_error' } : send(message, key);
    await bench.activities.raiseAlarm(
      alarm({ incidentTitle: '<script>x</script>', about: { ...FILING, obligation: 'a\r\nBcc: <b>x</b>' } }),
    );
    const [mailed] = bench.mailbox.messages();
    expect(mailed!.to).toEqual(['oncall@example.com']);
    expect(mailed!.html).not.toContain('<script>');
    expect(mailed!.subject).not.toMatch(/[\r\n]/);
    expect(bench.logged.join()).not.toContain('@');
  });

  test('a filing task names authority, dossier, what is open, and how to record it', async () => {
    const bench = await startBench();
    const task: FilingTaskInput = {
      incidentId: 'INC-7',
      exercise: false,
      obligation: 'gdpr-art33-authority:ie-dpc',
      round: 1,
      at: '2026-04-01T03:00:00.000Z',
      to: 'nobody',
      title: 'Report to the EU supervisory authority',
      authority: {
        key: 'ie-dpc',
        name: 'Data Protection Commission',
        country: 'IE',
        regime: 'gdpr',
        via: 'portal',
        address: 'https://forms.dataprotection.ie/',
        languages: ['en'],
        confirmed: 'V',
      },
      dossierUrl: 'http://127.0.0.1:8090/dossiers/INC-7/x/',
      dueAt: '2026-04-04T02:00:00.000Z',
      missing: ['Likely consequences'],
    };
    await bench.activities.openFilingTask(task);
    await bench.activities.openFilingTask(task);
    const mails = bench.mailbox.messages();
    expect(mails).toHaveLength(1);
    expect(mails[0]!.subject).toBe('[INC-7] File with Data Protection Commission before 2026-04-04 02:00 UTC');
    for (const part of [
      'forms.dataprotection.ie',
      '/dossiers/INC-7/x/',
      'Likely consequences',
      'npx tocsin filed INC-7 gdpr-art33-authority:ie-dpc REFERENCE --by you@example.com',
    ])
      expect(mails[0]!.text).toContain(part);
  });
});

test('where there is a server, a filing task leads to its page; a path on the worker is no address', () => {
  const task: FilingTaskInput = {
    ...{ incidentId: 'INC-7', exercise: false, obligation: 'gdpr-art33-authority:ie-dpc', round: 1, to: 'dpo' },
    ...{ at: '2026-04-01T03:00:00.000Z', title: 'Report', missing: [], dueAt: '2026-04-04T02:00:00.000Z' },
    dossierUrl: '/var/lib/tocsin/site/dossiers/INC-7/x/index.html',
  };
  expect(filingTaskMail(task, 'https://tocsin.acme.dev').text).toContain(
    'Read it and record the filing: https://tocsin.acme.dev/incidents/INC-7/notices/gdpr-art33-authority%3Aie-dpc',
  );
  expect(filingTaskMail(task).text).toContain("On the worker's machine: /var/lib/tocsin/site/dossiers/INC-7/x/");
});

describe('the status page', () => {
  async function published(exercise = false) {
    const bench = await startBench();
    const publish = async (
      round: number,
      status: PublishStatusInput['status'],
      summary = 'Logins <b>fail</b> for some customers.',
      correction?: number,
    ) => {
      const at = `2026-04-01T0${round + 2}:00:00.000Z`;
      const { renderings } = await bench.activities.draftNotice(
        draftInput({
          template: 'status-page',
          channel: 'status-page',
          obligation: 'status-page-update',
          round,
          at,
          exercise,
          contents: contentsWith(() => summary).filter(({ field }) => field === 'service-status'),
          incident: { ...draftInput().incident, status },
        }),
      );
      return bench.activities.publishStatus({
        incidentId: 'INC-7',
        exercise,
        obligation: 'status-page-update',
        round,
        at,
        renderings,
        own: false,
        status,
        title: 'Internal title',
        detectedAt: '2026-04-01T02:00:00.000Z',
        ...(correction && { correction }),
      });
    };
    const read = (file: string) => readFileSync(path.join(bench.dir, 'site', 'status', file), 'utf8');
    return { publish, read };
  }

  test('shows each update once, newest first, until it is resolved; only what was approved is published', async () => {
    const { publish, read } = await published();
    expect(await publish(1, 'investigating')).toEqual({ url: 'http://127.0.0.1:8090/status/' });
    await publish(1, 'investigating', 'another text on a repeat');
    await publish(2, 'contained');
    const data = JSON.parse(read('status.json'));
    expect(data.status.description).toBe('One open incident');
    expect(data.incidents[0].incident_updates.map((u: { status: string }) => u.status)).toEqual([
      'identified',
      'investigating',
    ]);
    await publish(3, 'resolved');
    const html = read('index.html');
    expect(html).toContain('No open incident');
    expect(html).not.toMatch(/<b>|Internal title|another text|<script|src=/);
    expect(html).toContain('Logins &lt;b&gt;fail&lt;/b&gt;');
    expect(html.indexOf('Resolved</span>')).toBeLessThan(html.indexOf('Investigating</span>'));
  });

  test('its feed says what the page says: an entry for each update, the newest first, in words that break no XML', async () => {
    const { publish, read } = await published();
    await publish(1, 'investigating', 'Logins <b>fail</b> & \u0000 time out');
    await publish(2, 'resolved');
    const feed = read('feed.xml');
    const all = (tag: string) =>
      [...feed.matchAll(new RegExp(`<${tag}[^>]*>([^<]*)</${tag}>`, 'g'))].map(([, text]) => text);
    expect(all('title').slice(1)).toEqual([
      'Resolved service incident (INC-7)',
      'Service incident, investigating (INC-7)',
    ]);
    expect(all('updated')).toEqual([
      '2026-04-01T04:00:00.000Z',
      '2026-04-01T04:00:00.000Z',
      '2026-04-01T03:00:00.000Z',
    ]);
    expect(new Set(all('id')).size).toBe(3);
    expect(all('content').at(-1)).toContain('Logins &lt;b&gt;fail&lt;/b&gt; &amp;');
    expect(feed).not.toContain('Internal title');
    expect(feed).not.toContain('\u0000');
    expect(feed).toContain('href="http://127.0.0.1:8090/status/feed.xml"');
    expect(read('index.html')).toContain('type="application/atom+xml" href="feed.xml"');
  });

  test('an entry of the feed keeps its own subject once a later update has another, and names the status once', () => {
    const update = (round: number, status: 'investigating' | 'resolved', subject: string) =>
      ({ round, status, subject, text: 'x', obligation: 'o', at: `2026-04-01T0${round}:00:00.000Z` }) as StatusUpdate;
    const updates = [
      update(2, 'resolved', 'Service incident, resolved (I-1)'),
      update(1, 'investigating', 'Logins (I-1)'),
    ];
    const feed = statusFeed('Example Cloud', 'https://s.example/', [{ id: 'I-1', updates, latest: updates[0]! }]);
    expect([...feed.matchAll(/<title>([^<]*)</g)].slice(1).map(([, text]) => text)).toEqual([
      'Service incident, resolved (I-1)',
      'Investigating: Logins (I-1)',
    ]);
  });

  test('the feed of a page that nothing serves has the addresses of its files', () => {
    const feed = statusFeed('Example Cloud', '/srv/pages/status/index.html', []);
    expect(feed).toContain('<id>file:///srv/pages/status/index.html</id>');
    expect(feed).toContain('rel="self" type="application/atom+xml" href="file:///srv/pages/status/feed.xml"');
  });

  test('a corrected text takes the place of the one that another page refused', async () => {
    const { publish, read } = await published();
    await publish(1, 'investigating', 'The old text.');
    await publish(1, 'investigating', 'The corrected text.', 1);
    await publish(1, 'investigating', 'The old text, tried late.');
    expect(read('index.html')).toContain('The corrected text.');
    expect(read('index.html')).not.toContain('The old text');
    expect(JSON.parse(read('status.json')).incidents[0].incident_updates).toHaveLength(1);
  });

  test('marks an exercise', async () => {
    const { publish, read } = await published(true);
    await publish(1, 'investigating');
    expect(read('index.html')).toMatch(/role="alert">Exercise/);
    expect(read('index.html')).toContain('[EXERCISE] Service incident');
  });

  test('never claims more than is known', () => {
    expect(
      (['declared', 'investigating', 'identified', 'contained', 'monitoring', 'resolved'] as const).map(publicStatus),
    ).toEqual(['investigating', 'investigating', 'identified', 'identified', 'monitoring', 'resolved']);
  });
});
