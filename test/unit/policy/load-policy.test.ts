import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readSettings } from '../../../platform/settings/load';
import { DEFAULT_PACKS, loadPolicy, PolicyError, policySha256 } from '../../../policy/load-policy';
import { policySettings } from '../../../policy/settings';

const GOOD = `
id: small
version: "1"
title: A small pack
organisation: { name: Example Inc., contactPoint: privacy@example.com, mainEstablishment: none }
regimes:
  gdpr: { title: GDPR, territory: [DE, FR, IE], authorities: lead-or-each-state, citation: GDPR Art. 55 }
calendars:
  ottawa: { timeZone: America/Toronto, holidays: [2026-07-01] }
obligations:
  - id: report
    title: Report to the authority
    commitments: [T4]
    citation: GDPR Art. 33(1)
    appliesWhen: { always: true }
    clocks: [{ from: aware, within: PT72H }]
    recipient: { to: authorities, regime: gdpr }
    channel: filing
    dispatch: filing
    template: authority-dossier
  - id: follow
    title: Follow-up
    commitments: [T4]
    citation: GDPR Art. 33(4)
    appliesWhen: { always: true }
    clocks: [{ from: "fulfilled:report", within: { businessDays: 2, calendar: ottawa } }]
    recipient: { to: internal }
    channel: review
    dispatch: person
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-pack-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let counter = 0;
function file(text: string): string {
  const name = path.join(dir, `pack-${++counter}.yaml`);
  writeFileSync(name, text);
  return name;
}

function problemsOf(text: string, options = {}): string[] {
  try {
    loadPolicy(file(text), options);
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).message).toContain(`pack-${counter}.yaml`);
    return (error as PolicyError).problems;
  }
  throw new Error('the pack was accepted');
}

const replaced = (from: string, to: string) => {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
};

describe('a good pack', () => {
  it('loads with the authorities of the regimes it uses, and of no other', () => {
    const { pack } = loadPolicy(file(GOOD));
    expect(new Set(pack.authorities.map((row) => row.regime))).toEqual(new Set(['gdpr']));
  });

  it('is frozen to its leaves', () => {
    const { pack } = loadPolicy(file(GOOD));
    expect(() => {
      (pack.obligations[0]!.clocks[0] as { within: string }).within = 'PT1H';
    }).toThrow(TypeError);
  });

  it('has a hash that depends on the content alone, not on the order of its fields', () => {
    const first = loadPolicy(file(GOOD));
    const reordered = replaced('id: small\nversion: "1"', 'version: "1"\nid: small');
    expect(loadPolicy(file(`# a comment\n${reordered}`)).sha256).toBe(first.sha256);
    expect(loadPolicy(file(replaced('PT72H', 'PT71H'))).sha256).not.toBe(first.sha256);
    expect(policySha256(first.pack)).toBe(first.sha256);
  });

  it('takes the values of the organisation file, named directly or by TOCSIN_ORGANISATION', () => {
    const organisationFile = file('name: Other GmbH\nmainEstablishment: DE\nauthorityFor: { DE: de-by }\n');
    const { pack } = loadPolicy(file(GOOD), { organisationFile });
    expect(pack.organisation).toEqual({
      name: 'Other GmbH',
      contactPoint: 'privacy@example.com',
      mainEstablishment: 'DE',
      authorityFor: { DE: 'de-by' },
    });
    const env = { TOCSIN_POLICY: file(GOOD), TOCSIN_ORGANISATION: organisationFile };
    expect(loadPolicy(readSettings(policySettings, env)).pack.organisation.name).toBe('Other GmbH');
  });

  it('may bring its own authority, which wins over the shared one of the same key', () => {
    const own = `authorities:
  - { key: ie-dpc, name: Own row, country: IE, regime: gdpr, via: site, address: "https://example.com", languages: [en], confirmed: R }
`;
    const rows = loadPolicy(file(GOOD + own)).pack.authorities.filter((row) => row.key === 'ie-dpc');
    expect(rows.map((row) => row.name)).toEqual(['Own row']);
  });
});

describe('a bad pack is refused, with field and remedy', () => {
  it.each([
    [
      'a duration that is no number',
      'within: PT72H',
      'within: .nan',
      /^obligations\[report]\.clocks\.0\.within: NaN .*ISO 8601/,
    ],
    [
      'a duration that is no duration',
      'within: PT72H',
      'within: 72h',
      /^obligations\[report]\.clocks\.0\.within: "72h" .*PT72H/,
    ],
    [
      'an unknown calendar',
      'calendar: ottawa',
      'calendar: ottowa',
      /^obligations\[follow]\.clocks\.0\.within\.calendar: there is no calendar "ottowa": use one of ottawa/,
    ],
    [
      'a calendar in an impossible zone',
      'America/Toronto',
      'America/Ottowa',
      /^calendars\.ottawa\.timeZone: "America\/Ottowa".*IANA/,
    ],
    ['a missing template', '    template: authority-dossier\n', '', /^obligations\[report]\.template: is needed/],
    [
      'a template that does not exist',
      'template: authority-dossier',
      'template: authority-dosier',
      /^obligations\[report]\.template: there is no template "authority-dosier": add authority-dosier\/en\.md/,
    ],
    ['an id that stands twice', 'id: follow', 'id: report', /^obligations\[report]\.id: appears twice/],
    [
      'a clock chained to nothing',
      'fulfilled:report',
      'fulfilled:reprot',
      /^obligations\[follow]\.clocks\.0\.from: "fulfilled:reprot" names no obligation/,
    ],
    [
      'an anchor that does not exist',
      'from: aware',
      'from: awareness',
      /^obligations\[report]\.clocks\.0\.from: "awareness"/,
    ],
    [
      'a condition that does not exist',
      '{ always: true }',
      '{ sometimes: true }',
      /^obligations\[report]\.appliesWhen: \{"sometimes":true}/,
    ],
    [
      'a wrong value inside a condition',
      '{ always: true }',
      '{ personalData: [maybe] }',
      /^obligations\[report]\.appliesWhen\.personalData\.0: "maybe" must be one of yes, possible/,
    ],
    [
      'an unknown field',
      'citation: GDPR Art. 33(4)',
      'citation: GDPR Art. 33(4)\n    owner: me',
      /^obligations\[follow]\.owner: unknown field/,
    ],
    [
      'a regime without an authority',
      'regime: gdpr',
      'regime: martian',
      /^obligations\[report]\.recipient\.regime: there is no regime "martian": add it under "regimes"/,
    ],
    [
      'a waived obligation that does not exist',
      '{ always: true }',
      '{ waived: { obligation: nothing, ground: other } }',
      /^obligations\[report]\.appliesWhen: waived: "nothing"/,
    ],
    ['a missing field', 'title: A small pack', '', /^title: is missing/],
    [
      'a main establishment outside the EEA',
      'mainEstablishment: none',
      'mainEstablishment: US',
      /^organisation\.mainEstablishment: .*"US"/,
    ],
    [
      'a main establishment in Germany, which has an authority in each Land',
      'mainEstablishment: none',
      'mainEstablishment: DE',
      /^organisation\.mainEstablishment: Germany has \d+ authorities, so which leads\? Name the part, like DE-BY/,
    ],
    [
      'a main establishment in a group of countries',
      'mainEstablishment: none',
      'mainEstablishment: EU',
      /^organisation\.mainEstablishment: .*name the countries/,
    ],
    [
      'a place that does not exist',
      '{ always: true }',
      '{ dataSet: { residence: [ZZ] } }',
      /^obligations\[report]\.appliesWhen\.residence: "ZZ" is not a country/,
    ],
    [
      'a regime that does not exist',
      '{ always: true }',
      '{ dataSet: { protectedBy: nothing } }',
      /^obligations\[report]\.appliesWhen\.protectedBy: there is no regime "nothing"/,
    ],
  ])('%s', (_name, from, to, expected) => {
    expect(problemsOf(replaced(from, to))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('but a Land, or an authority chosen for Germany, says which leads', () => {
    for (const organisation of [
      'mainEstablishment: DE-BY',
      'mainEstablishment: de, authorityFor: { de: de-by }',
      'mainEstablishment: DE-HE, authorityFor: { DE-HE: de-he }',
    ]) {
      const { pack } = loadPolicy(file(replaced('mainEstablishment: none', organisation)));
      expect(pack.organisation.mainEstablishment).toMatch(/^DE/);
    }
  });

  it('the pack of laws without a pack is always in force, once', () => {
    const ids = (packs: string) => loadPolicy(packs).pack.packs.map(({ id }) => id);
    expect(ids(file(GOOD))).toEqual(['small', 'uncovered-law']);
    expect(ids('trust-center,gdpr,uncovered-law')).toEqual(['trust-center', 'gdpr', 'uncovered-law']);
  });

  it('clocks that wait for each other', () => {
    const problems = problemsOf(replaced('from: aware, within: PT72H', 'from: "fulfilled:follow", within: PT72H'));
    expect(problems).toEqual([
      expect.stringMatching(/^obligations\[report]\.clocks: waits in a circle/),
      expect.stringMatching(/^obligations\[follow]\.clocks: waits in a circle/),
    ]);
  });

  it('reports all problems at once', () => {
    const text = replaced('within: PT72H', 'within: .inf')
      .replace('calendar: ottawa', 'calendar: x')
      .replace('version: "1"', 'version: 1');
    const problems = problemsOf(text);
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).toMatch(/version: 1 must be text/);
  });

  it('an authority chosen for a country it does not belong to', () => {
    const organisationFile = file('authorityFor: { DE: ie-dpc }\n');
    counter++;
    expect(problemsOf(GOOD, { organisationFile })).toEqual([
      expect.stringMatching(/^organisation\.authorityFor\.DE: "ie-dpc".*de-land, de-bw/),
    ]);
  });

  it('no file, no YAML, no mapping, a wrong organisation file', () => {
    expect(() => loadPolicy('no-such-pack')).toThrow(/no-such-pack\.yaml cannot be used.*\n.*does not exist/);
    expect(problemsOf('id: [')).toEqual([expect.stringMatching(/not valid YAML/)]);
    expect(problemsOf('id: a\nid: b')).toEqual([expect.stringMatching(/not valid YAML: Map keys must be unique/)]);
    expect(problemsOf('- 1')).toEqual([expect.stringMatching(/no mapping/)]);
    expect(() => loadPolicy(file(GOOD), { organisationFile: file('nmae: x') })).toThrow(
      /TOCSIN_ORGANISATION.*\n.*nmae: unknown field/,
    );
  });
});

describe('policy/authorities.yaml', () => {
  const { pack } = loadPolicy(DEFAULT_PACKS);
  const of = (country: string) => pack.authorities.filter((row) => row.country === country && row.regime === 'gdpr');

  it('has an authority for every EU and EEA state, and the OPC for PIPEDA', () => {
    expect(pack.regimes.gdpr!.territory.filter((country) => of(country).length === 0)).toEqual([]);
    expect(pack.authorities.filter((row) => row.regime === 'pipeda').map((row) => row.key)).toEqual(['opc']);
  });

  it('puts the default row for Germany first, and offers each Land', () => {
    const [first, ...rest] = of('DE').map((row) => row.key);
    expect(first).toBe('de-land');
    for (const land of 'bw by be bb hb hh he mv ni nw rp sl sn st sh th'.split(' '))
      expect(rest).toContain(`de-${land}`);
  });

  it('says of every row that is not read at the source what to confirm', () => {
    for (const row of pack.authorities.filter((row) => row.confirmed === 'R')) {
      expect(row.note).toMatch(/confirm .*before relying on it/i);
    }
    for (const row of pack.authorities) {
      expect(row.address).toMatch(row.via === 'email' ? /^\S+@\S+$/ : /^https:\/\//);
    }
  });
});
