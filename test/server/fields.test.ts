// Every field of every form is called something in plain words and says what goes into it; what has parts is typed in lines.
import { KINDS, type Kind, type KindName } from '../../client/kinds';
import { DeclarationSchema } from '../../domain/incident/incident';
import { OF_THE_DECLARATION, OF_THE_SERVER } from '../../server/api/bodies';
import { fieldWords } from '../../server/pages/field-words';
import { fieldsOf, messageTyped, schemaOf, unreadFields } from '../../server/pages/fields';
import { lineFieldText } from '../../server/pages/line-fields';
import { Story } from '../unit/cli/helpers';
import { browse, clientOf, pagesOver } from './browser';

const FORMS: { name: string; of: string[]; schema: ReturnType<typeof schemaOf>; without: readonly string[] }[] = [
  { name: 'declare', of: ['declare'], schema: schemaOf(DeclarationSchema), without: OF_THE_DECLARATION },
  ...Object.entries(KINDS as Record<KindName, Kind>).flatMap(([kind, { messages }]) =>
    Object.entries(messages).map(([name, schema]) => ({
      name: `${kind} ${name}`,
      of: [name, kind],
      schema: schemaOf(schema),
      without: OF_THE_SERVER,
    })),
  ),
];
const schemaFor = (kind: KindName, name: string) => schemaOf((KINDS[kind] as Kind).messages[name]!);

test.each(FORMS)('each field of $name has a label in plain words and a hint', ({ of, schema, without }) => {
  const names = Object.keys(schema.properties ?? {}).filter((name) => !without.includes(name));
  // Not asked of anybody: the server or the page fills them in.
  const asked = names.filter((name) => !['id', 'source'].includes(name));
  for (const name of asked) {
    const { label, hint } = fieldWords(name, of);
    expect([name, label]).toEqual([name, expect.stringMatching(/^[A-Z][^A-Z]*( [A-Z]?[^A-Z]*)*$/)]);
    expect([name, hint]).toEqual([name, expect.stringMatching(/^[\dA-Z“].{8,}/)]);
  }
});

test.each(FORMS)(
  'no field of $name asks for JSON, but the facts as a whole, with an example',
  ({ of, schema, without }) => {
    const options = { typed: {}, wrong: new Map(), without, choices: {}, of };
    const form = String(fieldsOf(schema, options));
    const asking = [...form.matchAll(/id="field-([\w-]+)-hint">([^<]*JSON[^<]*)</g)].map(([, name, hint]) => [
      name,
      hint,
    ]);
    for (const [name, hint] of asking)
      expect([name, hint]).toEqual(['assessment', expect.stringContaining('personalData')]);
  },
);

test.each([
  ['incident', 'contain', 'measure', 'block 203.0.113.7', { action: 'block-source', source: '203.0.113.7' }],
  ['incident', 'contain', 'measure', 'isolate build-1', { action: 'isolate-system', system: 'build-1' }],
  [
    'incident',
    'contain',
    'measure',
    'rotate postgres-role/deploy',
    { action: 'rotate-credential', credential: { provider: 'postgres-role', ref: 'deploy' } },
  ],
  [
    'incident',
    'told',
    'people',
    'acc FR 120\nacc DE 3',
    [
      { dataSet: 'acc', country: 'FR', count: 120 },
      { dataSet: 'acc', country: 'DE', count: 3 },
    ],
  ],
  ['incident', 'leave-untold', 'people', 'acc FR', [{ dataSet: 'acc', country: 'FR' }]],
  ['incident', 'acknowledge-alarms', 'alarms', '12, 15', [12, 15]],
  ['incident', 'acknowledge-alarms', 'alarms', 'all', 'all'],
  [
    'incident',
    'translate',
    'texts',
    'A key leaked.\n=\nUne clé a fuité.\n---\nIt is over.\n=\nC’est fini.',
    [
      { of: 'A key leaked.', is: 'Une clé a fuité.' },
      { of: 'It is over.', is: 'C’est fini.' },
    ],
  ],
  [
    'triage',
    'declare',
    'credentials',
    'cloudflare-token/ci\npostgres-role/app',
    [
      { provider: 'cloudflare-token', ref: 'ci' },
      { provider: 'postgres-role', ref: 'app' },
    ],
  ],
] as const)('%s %s takes %s as %j', (kind, name, field, text, value) => {
  const schema = schemaFor(kind, name);
  const message = messageTyped(schema, { [field]: text });
  expect(message).toEqual({ [field]: value });
  expect(unreadFields(schema, message)).toEqual([]);
  // Also as the API takes it, and shown in lines then.
  expect(messageTyped(schema, { [field]: JSON.stringify(value) })).toEqual({ [field]: value });
  expect(lineFieldText(field, JSON.stringify(value))).toBe(value === 'all' ? '' : text);
});

test.each([
  ['a key that there is not', 'credentials', [{ provider: 'cloudflare-token', reference: 'ci' }]],
  ['a key too many', 'credentials', [{ provider: 'cloudflare-token', ref: 'ci', note: 'old' }]],
  ['what lines divide', 'credentials', [{ provider: 'a/b', ref: 'ci' }]],
  ['another key of a measure', 'measure', { action: 'isolate-system', name: 'build' }],
  ['an action that there is not', 'measure', { action: 'stop-all' }],
  ['a count that is a word', 'people', [{ dataSet: 'acc', country: 'FR', count: 'many' }]],
  ['a group without its country', 'people', [{ dataSet: 'acc', count: 120 }]],
  ['a word for a number', 'alarms', ['12', '15']],
  [
    'lines of a text that divide texts',
    'texts',
    [{ of: 'A key leaked.', is: 'Une clé\n---\nIt is over.\n=\nC’est fini.' }],
  ],
] as const)('of %s, %s is shown as it was given, and not as other lines', (_what, field, value) => {
  const given = JSON.stringify(value);
  expect(lineFieldText(field, given)).toBe(given);
});

test.each([
  ['contain', 'measure', 'stop everything', 'block 203.0.113.7'],
  ['told', 'people', 'acc', 'account-data FR 120'],
  ['translate', 'texts', 'Bonjour', 'The text as it stands / = / Its translation'],
])('what %s cannot read in %s is told with an example, and kept', (name, field, text, like) => {
  const schema = schemaFor('incident', name);
  const message = messageTyped(schema, { [field]: text });
  expect(unreadFields(schema, message)).toEqual([{ field, problem: `cannot be read: write it like ${like}` }]);
});

test('a field says what leaving it empty means in its own form', () => {
  expect(fieldWords('detectedAt', ['declare']).hint).toContain('Left empty: now.');
  const { hint } = fieldWords('detectedAt', ['correct', 'incident']);
  expect(hint).not.toContain('now');
  expect(hint).toContain('Left empty: as it stands.');
});

test('the question of a batch speaks of its mails alone, not of the notice', () => {
  expect(fieldWords('accepted', ['settle', 'incident']).hint).toContain('Yes counts those mails as sent');
});

test('what is wrong on a form is told by the label of its field, with a link to it', async () => {
  const send = jest.fn(async (..._: unknown[]) => ({ events: [] }));
  const app = await pagesOver({ ...clientOf(new Story(), '2026-04-01T01:00:00.000Z'), send: send as never });
  const { status, body } = await browse(app, '/incidents/INC-1/contain', { form: { key: 'k', measure: 'stop it' } });
  expect(status).toBe(422);
  expect(body).toContain('<a href="#field-measure">Measure</a>: cannot be read: write it like block 203.0.113.7');
  expect(body).toContain('value="stop it"');
  const review = await browse(app, '/incidents/INC-1/review', { form: { key: 'k', shareSummary: 'no' } });
  expect(review.body).toContain('<a href="#field-controls">What will keep it from happening again</a>: ');
  expect(send).not.toHaveBeenCalled();
  await app.close();
});
