// The table of the policy that says who sees which field, against everything that happens in incidents and cases.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { foldCase } from '../../domain/case/advance';
import type { IncidentEvent } from '../../domain/incident/events';
import { fold } from '../../domain/incident/evolve';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { patchTaskLifecycle } from '../../domain/patch/patch-task';
import {
  AUDIENCES,
  type Audience,
  Disclosures,
  DisclosureTableSchema,
  ERASED,
  standIn,
  WITHHELD,
} from '../../domain/policy/disclosure';
import { vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import { triageLifecycle } from '../../domain/triage/triage';
import { loadDisclosures } from '../../policy/load-disclosure';
import { canonicalText } from '../../register/canonical';
import { disclose, shownEvent, shownText } from '../../register/disclose';
import { leafOf } from '../../register/entry';
import { fieldsOf } from '../../register/fields';
import { documentOf, FORMS } from '../../register/forms';
import { readableEvent } from '../../register/forms/readable-event';
import { REGISTER_STREAM } from '../../register/own-entries';
import { groupEntry } from '../../register/show';
import { openingFault } from '../../register/verifier/openings';
import { eventsOfHistories } from '../replay/events';
import { aYearOfEvents, INTERNALLY, logOf, SECRETS, shownTo } from './readers';

const table = loadDisclosures();
const year = aYearOfEvents();
const histories = eventsOfHistories();
function byId(events: RecordedEvent[]): Map<string, RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) streams.set(event.incidentId, [...(streams.get(event.incidentId) ?? []), event]);
  return streams;
}
const CASES = {
  detected: triageLifecycle,
  'report-received': vulnerabilityReportLifecycle,
  'patch-due': patchTaskLifecycle,
} as const;

/** Kinds of event that the domain declares, from its sources. */
function declaredKinds(): string[] {
  const dir = path.join(__dirname, '../../domain');
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(path.join(dir, file), 'utf8');
      const ofCases = [...source.matchAll(/CaseEventOf<\s*'([a-z-]+)'/g)].map(([, kind]) => kind!);
      const body = /^(?:export )?interface \w*EventData [\s\S]*?^\}/m.exec(source)?.[0] ?? '';
      return [...ofCases, ...[...body.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map(([, kind]) => kind!)];
    });
}

test('the events that the tests look at are of every kind that the domain declares', () => {
  const declared = new Set(declaredKinds());
  expect(declared.size).toBeGreaterThan(50);
  const seen = new Set([...year, ...histories].map(({ kind }) => kind));
  expect([...declared].filter((kind) => !seen.has(kind))).toEqual([]);
});

test('every field of every kind that occurs is named by a rule: none falls through', () => {
  const unnamed = [...year, ...histories].flatMap((event) =>
    fieldsOf(event).flatMap(({ pointer }) => (table.isNamed(event.kind, pointer) ? [] : [`${event.kind} ${pointer}`])),
  );
  expect([...new Set(unnamed)]).toEqual([]);
});

test('what no rule names is personal, and for internal readers only', () => {
  expect(table.isNamed('declared', '/data/declaration/birthday')).toBe(false);
  expect(table.of('declared', '/data/declaration/birthday')).toEqual({ personal: true, to: ['internal'] });
  expect(table.of('of-no-kind', '/data/text')).toEqual({ personal: true, to: ['internal'] });
});

test('only texts and lists of texts are personal, so that a stand-in can take their place', () => {
  const isText = (value: unknown) => typeof value === 'string';
  for (const event of [...year, ...histories]) {
    for (const { pointer, text } of fieldsOf(event)) {
      // What a sender put into a detection is nothing that is computed with.
      if (pointer.startsWith('/data/detection/facts') || !table.isPersonal(event.kind, pointer, text)) continue;
      const value: unknown = JSON.parse(text);
      expect([event.kind, pointer, isText(value) || (Array.isArray(value) && value.every(isText))]).toEqual([
        event.kind,
        pointer,
        true,
      ]);
    }
  }
});

test('a list stands in for a list, a word for anything else', () => {
  const wrong = new Set<string>();
  for (const event of [...year, ...histories]) {
    for (const { pointer, text } of fieldsOf(event)) {
      if (pointer === '/data' || pointer.startsWith('/data/detection/facts') || text === '"all"') continue;
      const list = Array.isArray(standIn(pointer, WITHHELD));
      if (list !== text.startsWith('[')) wrong.add(`${event.kind} ${pointer}`);
    }
  }
  expect([...wrong]).toEqual([]);
});

test('an object that was recorded whole is judged by what is in it', () => {
  const whole = JSON.stringify({ title: 'A', owner: 'oncall', severity: 'sev1' });
  expect(table.of('declared', '/data/declaration', whole)).toEqual({ personal: true, to: ['authority', 'internal'] });
  const harmless = JSON.stringify({ id: 'INC-1', severity: 'sev1' });
  expect(table.of('declared', '/data/declaration', harmless)).toEqual({ personal: false, to: [...AUDIENCES] });
  expect(table.of('declared', '/data/declaration', JSON.stringify({ new: 1 })).to).toEqual(['internal']);
});

test('from an authority nothing is withheld that the record of an incident is computed from', () => {
  for (const [id, events] of byId([...year, ...histories])) {
    if (events[0]!.kind !== 'declared' || events[0]!.seq !== 1) continue;
    const shown = shownTo('authority', logOf(events, table), table).map(shownEvent) as IncidentEvent[];
    expect([id, groupEntry(shown)]).toEqual([id, groupEntry(events as IncidentEvent[])]);
  }
});

describe.each(AUDIENCES)('for %s', (audience) => {
  test.each([false, true])('the fold and the record work on what is shown (erased: %s)', (gone) => {
    let incidents = 0;
    for (const [id, events] of byId([...year, ...histories])) {
      const [first] = events;
      if (id === REGISTER_STREAM || first!.seq !== 1) continue;
      const log = logOf(events, table, gone ? new Set([id]) : undefined);
      const shown = shownTo(audience, log, table).map(shownEvent);
      if (Object.hasOwn(CASES, first!.kind)) {
        // Of a case a customer is shown nothing, so there is nothing to fold.
        if (audience === 'customer') continue;
        const definition = CASES[first!.kind as keyof typeof CASES] as typeof triageLifecycle;
        const [told, real] = [foldCase(definition, shown as never), foldCase(definition, events as never)];
        expect([id, told!.status, told!.closedAt]).toEqual([id, real!.status, real!.closedAt]);
        continue;
      }
      incidents++;
      const [told, real] = [fold(shown as IncidentEvent[])!, fold(events as IncidentEvent[])!];
      const standing = ({ obligations }: typeof real) =>
        Object.values(obligations).map(({ id: duty, status, round, dueAt, fulfilledAt, lateByMs }) => ({
          ...{ duty, status, round, dueAt, fulfilledAt, lateByMs },
        }));
      expect(standing(told)).toEqual(standing(real));
      expect([told.status, told.anchors, told.closedAt]).toEqual([real.status, real.anchors, real.closedAt]);
      const [shownRecord, realRecord] = [groupEntry(shown as IncidentEvent[]), groupEntry(events as IncidentEvent[])];
      expect(shownRecord.notifications.map(({ at, channel, sent }) => [at, channel, sent])).toEqual(
        realRecord.notifications.map(({ at, channel, sent }) => [at, channel, sent]),
      );
      expect(shownRecord.personalData.dataSets).toEqual(realRecord.personalData.dataSets);
      expect(shownRecord.personalData.workspaces).toEqual(
        audience === 'customer' && realRecord.personalData.workspaces !== 'not yet established'
          ? WITHHELD
          : realRecord.personalData.workspaces,
      );
    }
    expect(incidents).toBeGreaterThan(4);
  });
});

test('a customer sees that containment steps were taken and what came of each, never of what', () => {
  const events = byId(year).get('INC-2026-001')!;
  const { measures } = groupEntry(shownTo('customer', logOf(events, table), table).map(shownEvent) as IncidentEvent[]);
  const steps = events.filter(({ kind }) => kind === 'containment-step');
  expect(steps.length).toBeGreaterThan(3);
  expect(measures.containment.map(({ step, at, detail }) => [step, at, detail])).toEqual(
    steps.map(({ at }) => [WITHHELD, at, WITHHELD]),
  );
  expect(measures.containment.map(({ outcome }) => outcome)).toEqual(
    steps.map(({ data }) => (data as { outcome: string }).outcome),
  );
});

async function textsFor(audience: Audience, erased: Set<string>): Promise<string[]> {
  const entries = shownTo(audience, logOf(year, table, erased), table);
  const organisation = { name: 'Example Cloud Ltd' };
  const document = documentOf({ audience, organisation, madeAt: '2026-05-01T08:00:00.000Z', scope: 'all', entries });
  const [csv, html] = await Promise.all([FORMS.csv(document), FORMS.html(document)]);
  // The PDF is made of the same document; what it shows is read in the test of the PDF.
  return [entries.map(shownText).join('\n'), JSON.stringify(document), csv.toString(), html.toString()];
}

test('nothing that a customer must not see is in what is shown, in the document, or in a form of it', async () => {
  const forbidden = Object.values(SECRETS).flat();
  const all = JSON.stringify(year);
  for (const secret of forbidden) expect([secret, all.includes(secret)]).toEqual([secret, true]);
  for (const text of await textsFor('customer', new Set())) {
    expect(forbidden.filter((secret) => text.includes(secret))).toEqual([]);
  }
});

test('nobody outside sees by which ids systems know what contained an incident; an authority sees what came of it', async () => {
  expect(JSON.stringify(year)).toContain(INTERNALLY.join(', '));
  for (const audience of ['authority', 'customer'] as const)
    for (const text of await textsFor(audience, new Set()))
      expect(INTERNALLY.filter((each) => text.includes(each))).toEqual([]);
  const [shown, , csv, html] = await textsFor('authority', new Set());
  for (const text of [shown!, csv!, html!]) expect(text).toContain('as tested');
  expect((await textsFor('internal', new Set()))[0]).toContain(INTERNALLY.join(', '));
});

test('an authority sees which detection was dismissed, when and why; not what its sender put into it', async () => {
  const [shown, , csv, html] = await textsFor('authority', new Set());
  for (const text of [csv!, html!]) {
    expect(text).toContain('a load test of ours');
    expect(text).toContain('dismissed');
  }
  for (const text of [shown!, csv!, html!]) expect(text).not.toContain('mallory@victim.example');
});

test('what was erased is in no form for anybody; the rest is as before', async () => {
  const names = [...SECRETS.staff, 'Deploy key leaked', 'A key was committed by mistake', 'mallory@victim.example'];
  for (const audience of AUDIENCES) {
    for (const text of await textsFor(audience, new Set(byId(year).keys()))) {
      expect(names.filter((name) => new RegExp(`(?<![a-z])${name}(?![a-z])`).test(text))).toEqual([]);
      expect(text).toContain('Account data');
    }
  }
});

test('a text that reads like a stand-in is quoted in the forms: nobody can make it look as if something were hidden', () => {
  for (const text of [WITHHELD, ERASED]) {
    const [stored] = logOf([{ ...year[0]!, kind: 'measure-recorded', data: { text, controls: [text] } }], table);
    const entry = disclose(stored!, 'internal', table);
    expect(readableEvent(entry).data).toEqual({ text: `"${text}"`, controls: [`"${text}"`] });
    // What is computed is computed with the text as it was recorded.
    expect(shownEvent(entry).data).toEqual({ text, controls: [text] });
  }
});

/** Every mark in an event with the pointer of the text or list that holds it, however deep. */
function marksIn(event: RecordedEvent): [pointer: string, mark: string][] {
  const found: [string, string][] = [];
  const walk = (pointer: string, value: unknown) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, each] of Object.entries(value))
        walk(`${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, each);
    } else for (const text of [value].flat()) found.push([pointer, text as string]);
  };
  walk('/by', event.by);
  walk('/commandId', event.commandId);
  walk('/data', event.data);
  return found;
}

test('for any table and event, each field is shown, withheld or erased, and nothing of what is hidden is disclosed', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd/e', 'f~g', '__proto__');
  // Each value is told from every other text by a mark of its own.
  const mark = fc.uuid().map((id) => `mark-${id}`);
  const value = fc.oneof(mark, fc.array(mark, { minLength: 1, maxLength: 3 }));
  // Deeper than objects are opened, so that some are recorded whole.
  const deep = (levels: number): fc.Arbitrary<unknown> =>
    levels === 0
      ? value
      : fc.oneof(value, fc.dictionary(name, deep(levels - 1), { maxKeys: 3, noNullPrototype: true, minKeys: 1 }));
  const data = fc.dictionary(name, deep(6), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<object>;
  const pattern = fc
    .array(fc.constantFrom('a', 'b', 'c', '*', '*', '**'), { maxLength: 7 })
    .map((names) => ['/data', ...names].join('/'));
  const rule = fc.record({
    kind: fc.constantFrom('noted', 'other', '*'),
    field: fc.oneof(pattern, fc.constantFrom('/by', '/commandId'), fc.array(pattern, { minLength: 1, maxLength: 3 })),
    to: fc.subarray(['authority', 'customer'] as const),
    personal: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 8 }),
      fc.array(fc.record({ kind: fc.constantFrom('noted', 'other'), by: mark, data, commandId: mark }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.constantFrom(...AUDIENCES),
      fc.boolean(),
      (rules, contents, audience, gone) => {
        const disclosures = new Disclosures(DisclosureTableSchema.parse({ version: '1', rules }));
        const events = contents.map((content, i) => ({
          ...{ v: 1 as const, incidentId: 'INC-1', seq: i + 1, at: '2026-04-01T03:00:00.000Z', exercise: false },
          ...content,
        }));
        const log = logOf(events, disclosures, gone ? new Set(['INC-1']) : undefined);
        for (const [i, stored] of log.entries()) {
          const entry = disclose(stored, audience, disclosures);
          const shown = entry.shown.map(({ pointer }) => pointer);
          const committed = [...leafOf(stored.bytes).fields.keys()];
          expect([...shown, ...entry.withheld, ...entry.erased].sort()).toEqual([...committed].sort());
          expect(openingFault(entry.leaf, entry.shown)).toBeUndefined();
          if (audience === 'internal') expect(entry.withheld).toEqual([]);
          if (!gone) expect(entry.erased).toEqual([]);
          const fields = new Map(fieldsOf(events[i]!).map(({ pointer, text }) => [pointer, text]));
          const disclosed = [shownText(entry), entry.bytes.toString(), canonicalText(shownEvent(entry))].join('\n');
          for (const pointer of [...entry.withheld, ...entry.erased]) {
            for (const [hidden] of fields.get(pointer)!.matchAll(/mark-[0-9a-f-]{36}/g))
              expect(disclosed).not.toContain(hidden);
          }
          for (const [pointer, hidden] of marksIn(events[i]!)) {
            if (!disclosures.isShown(entry.leaf.kind, pointer, audience)) expect(disclosed).not.toContain(hidden);
          }
          for (const pointer of shown) expect(disclosed).toContain(fields.get(pointer)!);
        }
      },
    ),
    { numRuns: 400 },
  );
});
