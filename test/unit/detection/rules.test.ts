import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadRules } from '../../../detection/rules';
import { PolicyError } from '../../../policy/load-detection-rules';

const GOOD = `
id: small
version: "1"
title: A small list
rules:
  - id: noise
    title: What nobody needs
    when: { type: "noise.*" }
    action: ignore
    reason: It is noise
  - id: attack
    title: An attack
    when: { format: cloudflare, facts.score: { atLeast: 9 } }
    action: triage
    severity: { fromSource: true, otherwise: sev2 }
    dedupe: { fields: [type, facts.target], window: P1D }
    triage: { within: PT2H, onSilence: declare }
    incident: { kind: attack, owner: oncall, affects: [availability], serviceAffecting: false }
  - id: rest
    title: Everything else
    when: {}
    action: triage
    severity: sev3
    dedupe: { fields: [source], window: PT12H }
    triage: { within: PT4H, onSilence: alarm, repeatEvery: PT1H }
    incident: { kind: other, owner: oncall, affects: [integrity], serviceAffecting: false }
`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-rules-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let counter = 0;
function file(text: string): string {
  const name = path.join(dir, `rules-${++counter}.yaml`);
  writeFileSync(name, text);
  return name;
}

function problemsOf(text: string): string[] {
  try {
    loadRules(file(text));
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).message).toContain(`rules-${counter}.yaml`);
    return (error as PolicyError).problems;
  }
  throw new Error('the rules were accepted');
}

function replaced(from: string, to: string): string {
  expect(GOOD).toContain(from);
  return GOOD.replace(from, to);
}

describe('good rules', () => {
  it('load frozen, with a hash of their content alone', () => {
    const loaded = loadRules(file(GOOD));
    expect(loaded.rules.rules.map((rule) => rule.id)).toEqual(['noise', 'attack', 'rest']);
    expect(() => {
      (loaded.rules.rules[0] as { title: string }).title = 'x';
    }).toThrow(TypeError);
    expect(loadRules(file(`# a comment\n${GOOD}`)).sha256).toBe(loaded.sha256);
    expect(loadRules(file(replaced('PT2H', 'PT3H'))).sha256).not.toBe(loaded.sha256);
  });

  it('are found in policy/detection.yaml when no file is named', () => {
    expect(loadRules().rules.id).toBe('platform-detections');
  });
});

describe('bad rules are refused, with rule, field and remedy', () => {
  it.each<[string, string, string, RegExp]>([
    ['an id that stands twice', 'id: attack', 'id: noise', /^rules\[noise]\.id: appears twice/],
    ['an id that is none', 'id: attack', 'id: An attack', /^rules\[An attack]\.id: .*lower-case/],
    [
      'an unknown field',
      'reason: It is noise',
      'reason: It is noise\n    urgent: true',
      /^rules\[noise]\.urgent: unknown field/,
    ],
    [
      'an unknown field in a condition',
      'format: cloudflare',
      'fromat: cloudflare',
      /^rules\[attack]\.when\.fromat: .*one of source, format/,
    ],
    [
      'a word that is never given',
      'format: cloudflare',
      'format: cloudflair',
      /^rules\[attack]\.when\.format: .*"cloudflair".*one of standard-webhooks, cloudflare.*register/,
    ],
    [
      'a credential that no provider rotates',
      'incident: { kind: attack,',
      'incident: { credentials: [{ provider: vault-token, ref: x }], kind: attack,',
      /^rules\[attack]\.incident\.credentials\.0: there is no provider "vault-token"; there are: cloudflare-token, postgres-role/,
    ],
    [
      'such a word in a list',
      'format: cloudflare',
      'severity: [sev1, sev5]',
      /^rules\[attack]\.when\.severity: .*"sev5".*sev1, sev2/,
    ],
    ['a comparison of what is no number', 'facts.score', 'severity', /^rules\[attack]\.when\.severity: .*no number/],
    ['a comparison with nothing', '{ atLeast: 9 }', '{}', /^rules\[attack]\.when\.facts\.score: .*atLeast/],
    [
      'a matcher that is none',
      '{ atLeast: 9 }',
      '{ morethan: 9 }',
      /^rules\[attack]\.when\.facts\.score\.morethan: unknown field/,
    ],
    [
      'an action that is none',
      'action: ignore',
      'action: drop',
      /^rules\[noise]\.action: "drop" .*declare, triage or ignore/,
    ],
    ['no reason to ignore', '    reason: It is noise\n', '', /^rules\[noise]\.reason: is missing/],
    [
      'a severity that is none',
      '{ fromSource: true, otherwise: sev2 }',
      'high',
      /^rules\[attack]\.severity: "high" .*fromSource/,
    ],
    ['a severity without a fallback', ', otherwise: sev2', '', /^rules\[attack]\.severity.*otherwise/],
    [
      'a window that is no duration',
      'window: P1D',
      'window: 1 day',
      /^rules\[attack]\.dedupe\.window: "1 day" .*ISO 8601/,
    ],
    [
      'a window in calendar months',
      'window: P1D',
      'window: P1M',
      /^rules\[attack]\.dedupe\.window: "P1M" .*without calendar months/,
    ],
    ['a limit of nothing', 'within: PT2H', 'within: PT0S', /^rules\[attack]\.triage\.within: "PT0S" .*above zero/],
    [
      'an unknown field of the key',
      'fields: [type, facts.target]',
      'fields: [type, target]',
      /^rules\[attack]\.dedupe\.fields\.1: "target" .*facts\.NAME/,
    ],
    [
      'joining cases of a rule that opens none',
      'window: PT12H',
      'window: PT12H, joins: [noise]',
      /^rules\[rest]\.dedupe\.joins: "noise" is not another rule that opens cases/,
    ],
    [
      'joining cases of a rule with other fields',
      'window: PT12H',
      'window: PT12H, joins: [attack]',
      /^rules\[rest]\.dedupe\.joins: "attack" has other fields or another window/,
    ],
    [
      'an alarm after the limit',
      'onSilence: declare',
      'onSilence: declare, alarmAt: [0, 150]',
      /^rules\[attack]\.triage\.alarmAt\.1: 150/,
    ],
    [
      'a repeat that mutes',
      'repeatEvery: PT1H',
      'repeatEvery: PT1M',
      /^rules\[rest]\.triage\.repeatEvery: "PT1M" .*PT15M/,
    ],
    [
      'silence that is neither',
      'onSilence: declare',
      'onSilence: forget',
      /^rules\[attack]\.triage\.onSilence: "forget" must be one of alarm, declare/,
    ],
    [
      'an incident without an owner',
      'kind: attack, owner: oncall',
      'kind: attack',
      /^rules\[attack]\.incident\.owner: is missing/,
    ],
    [
      'no clock where a person decides',
      '    triage: { within: PT2H, onSilence: declare }\n',
      '',
      /^rules\[attack]\.triage: is missing/,
    ],
    [
      'no last rule for the rest',
      'when: {}',
      'when: { source: x }',
      /^rules\[rest]: the last rule must send everything else to triage/,
    ],
    [
      'a rule below one that fits all',
      'when: { type: "noise.*" }',
      'when: {}',
      /^rules\[attack]\.when: is never reached, because rules\[noise]/,
    ],
    [
      'a rule below a wider one',
      'when: { type: "noise.*" }',
      'when: { format: [cloudflare, github] }',
      /^rules\[attack]\.when: is never reached, because rules\[noise]/,
    ],
    ['a missing version', 'version: "1"\n', '', /^version: is missing/],
  ])('%s', (_name, from, to, expected) => {
    expect(problemsOf(replaced(from, to))).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('all at once, and never with a crash', () => {
    const text = replaced('window: P1D', 'window: x').replace('onSilence: alarm', 'onSilence: x');
    expect(problemsOf(text.replace('when: { type: "noise.*" }', 'when: { tpye: x }')).length).toBeGreaterThanOrEqual(3);
    for (const odd of [
      'rules: 1',
      'rules: [1]',
      'rules: [null, {}]',
      '- 1',
      'id: [',
      '',
      'rules:\n  - id: x\n    when: 3',
    ]) {
      expect(problemsOf(odd).length).toBeGreaterThan(0);
    }
    expect(() => loadRules(path.join(dir, 'none.yaml'))).toThrow(/does not exist/);
    expect(() => loadRules(dir)).toThrow(/cannot be read/);
  });
});
