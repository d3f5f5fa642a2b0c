/** Links in mails to staff: nobody reads or makes one without the keys, and a mail that is sent again has the same. */

import { alarmMail } from '../../../activities/paging/alarm-text';
import { linksOfAlarm, linksOfPage, type StaffLink } from '../../../activities/paging/staff-links';
import type { Alarm } from '../../../domain/case/alarm';
import { type ActionLink, ActionLinks, keyOfLink, LINK_LIVES_MS } from '../../../platform/links/action-link';
import { pathOf } from '../../../server/pages/login-pages';

const SECRET = Buffer.alloc(32, 7).toString('base64');
const links = new ActionLinks([SECRET]);
const LINK: ActionLink = {
  id: 'INC-20260401-9f3a',
  act: 'acknowledge-alarms',
  to: 'dana@example.com',
  endsAtMs: Date.parse('2026-04-02T00:00:00Z'),
  alarms: [12],
};

test('a token opens to what it was made of, and the same content is the same token', () => {
  const token = links.tokenOf(LINK)!;
  expect(links.open(token)).toEqual(LINK);
  expect(new ActionLinks([SECRET]).tokenOf(LINK)).toBe(token);
  expect(links.tokenOf({ ...LINK, alarms: [12, 13] })).not.toBe(token);
});

test('a token of another key, an altered one and a shortened one open to nothing', () => {
  const token = links.tokenOf(LINK)!;
  const other = new ActionLinks([Buffer.alloc(32, 8).toString('base64')]);
  expect(other.open(token)).toBeUndefined();
  expect(links.open(other.tokenOf(LINK))).toBeUndefined();
  for (let at = 0; at < token.length; at += 7) {
    const altered = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    expect(links.open(altered)).toBeUndefined();
    expect(links.open(token.slice(0, at))).toBeUndefined();
  }
  for (const nothing of [undefined, '', [], 'x'.repeat(10_000), '../..']) expect(links.open(nothing)).toBeUndefined();
});

test('keys that were retired open what they made; without keys there is no link', () => {
  const rotated = new ActionLinks([Buffer.alloc(32, 9).toString('base64'), SECRET]);
  expect(rotated.open(links.tokenOf(LINK))).toEqual(LINK);
  expect(new ActionLinks([]).tokenOf(LINK)).toBeUndefined();
});

test('nothing of the content can be read in it', () => {
  const token = links.tokenOf(LINK)!;
  for (const text of [token, Buffer.from(token, 'base64url').toString('latin1')])
    expect(text).not.toMatch(/dana|example|INC-|9f3a|acknowledge/);
});

test('the message of a link is known by all that the link says', () => {
  const keys = [
    LINK,
    { ...LINK, alarms: [12, 13] },
    { ...LINK, to: 'x@y.example' },
    { ...LINK, act: 'hold' as const },
  ].map(keyOfLink);
  expect(new Set(keys).size).toBe(4);
  expect(keyOfLink(links.open(links.tokenOf(LINK))!)).toBe(keys[0]);
});

describe('what a mail has links for', () => {
  const maker = { links, address: 'https://tocsin.acme.dev' };
  const mailed = { caseId: 'INC-20260401-9f3a', to: 'dana@example.com', at: '2026-04-01T00:00:00.000Z' };
  const alarm = {
    ...{ seq: 12, at: mailed.at, threshold: { kind: 'margin' as const }, todo: 'approve' as const, commands: [] },
    about: {
      ...{
        kind: 'obligation' as const,
        obligation: 'enterprise-notice',
        title: 'Customers',
        onSilence: 'send' as const,
      },
      hold: { until: '2026-04-01T10:00:00.000Z' },
    },
  } satisfies Alarm & { seq: number; at: string };
  const openedBy = (url: string) => links.open(new URL(url).searchParams.get('t'));

  test('an alarm of a notice: to acknowledge, to read and approve, to hold, each good for a day', () => {
    const made = linksOfAlarm(maker, mailed, alarm);
    expect(made.map(({ url }) => openedBy(url))).toEqual([
      {
        id: mailed.caseId,
        act: 'acknowledge-alarms',
        to: mailed.to,
        alarms: [12],
        endsAtMs: Date.parse(mailed.at) + LINK_LIVES_MS,
      },
      expect.objectContaining({ act: 'approve', obligation: 'enterprise-notice' }),
      expect.objectContaining({ act: 'hold', obligation: 'enterprise-notice' }),
    ]);
    expect(linksOfAlarm(maker, mailed, { ...alarm, todo: 'file' })).toHaveLength(1);
  });

  test('a page that repeats alarms: all that it tells of, and none between them', () => {
    const [only, ...more] = linksOfPage(maker, mailed, [{ seq: 12 }, { seq: 31 }]);
    expect(openedBy(only!.url)).toMatchObject({ act: 'acknowledge-alarms', alarms: [12, 31] });
    expect(more).toEqual([]);
  });

  test('of very many alarms the link is for the latest, and says so', () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ seq: 10_000 + n }));
    const [{ label, url }] = linksOfPage(maker, { ...mailed, to: `${'a'.repeat(60)}@acme.dev` }, many) as [StaffLink];
    expect(label).toBe('Acknowledge the latest 40 of these alarms');
    expect(openedBy(url)?.alarms).toEqual(many.slice(60).map(({ seq }) => seq));
    // Also after the login that it asks for.
    expect(pathOf(url.slice(maker.address.length))).toBe(url.slice(maker.address.length));
  });

  test('none where no server is named, and none of other kinds of case', () => {
    expect(linksOfAlarm(undefined, mailed, alarm)).toEqual([]);
    expect(linksOfAlarm(maker, { ...mailed, caseId: 'TRG-1' }, alarm)).toEqual([]);
  });

  test('they stand in the mail, as text and as HTML', () => {
    const made = linksOfAlarm(maker, mailed, alarm);
    const mail = alarmMail(
      { ...alarm, incidentId: mailed.caseId, exercise: false, to: 'dana', severity: 'sev1', incidentTitle: 'A key' },
      made,
    );
    for (const { label, url } of made) {
      expect(mail.text).toContain(`${label}: ${url}`);
      expect(mail.html).toContain(`<a href="${url}">${label}</a>`);
    }
  });
});
