// From Postgres to the forms: what is erased there is gone from every form, and the day of it is told.
import type pg from 'pg';
import { AUDIENCES } from '../../domain/policy/disclosure';
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { disclose } from '../../register/disclose';
import { documentOf, FORMS } from '../../register/forms';
import { readEntries } from '../../register/read-entries';
import { readErasures } from '../../register/read-erasures';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { destroyKeys } from './helpers';
import { aYearOfEvents, SECRETS } from './readers';

const table = loadDisclosures();
const ERASED_AT = '2031-05-04T10:00:00.000Z';
let pool: pg.Pool;

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  await appendEntries(pool, aYearOfEvents(), (kind, pointer, text) => table.isPersonal(kind, pointer, text));
});

afterAll(() => pool?.end());

async function formsFor(audience: (typeof AUDIENCES)[number]): Promise<string[]> {
  const entries = [];
  for await (const stored of readEntries(pool)) entries.push(disclose(stored, audience, table));
  const document = documentOf({
    ...{
      audience,
      madeAt: '2031-06-01T08:00:00.000Z',
      scope: 'the whole register',
      organisation: { name: 'Example Ltd' },
    },
    ...{ entries, erasures: await readErasures(pool) },
  });
  return [(await FORMS.csv(document)).toString(), (await FORMS.html(document)).toString(), JSON.stringify(document)];
}

test('before the erasure names stand in the forms for an authority, afterwards in none, and the tree still verifies', async () => {
  const names = [
    ...SECRETS.staff,
    'Deploy key leaked',
    'A key was committed by mistake',
    'a load test of ours',
    SECRETS.files[0]!,
  ];
  for (const form of await formsFor('authority')) {
    expect(form).toContain('Deploy key leaked');
    expect(form).toContain('a load test of ours');
    expect(form).toContain(SECRETS.files[0]!);
    expect(form).not.toContain('erased on');
  }
  expect(await destroyKeys(pool, ERASED_AT)).toBeGreaterThan(5);
  for (const audience of AUDIENCES) {
    const [csv, html, document] = await formsFor(audience);
    for (const form of [csv!, html!, document!]) {
      expect(names.filter((name) => new RegExp(`(?<![a-z])${name}(?![a-z])`).test(form))).toEqual([]);
    }
    expect(csv).toContain('erased on 2031-05-04');
    expect(html).toContain('<span class="erased">erased on 2031-05-04</span>');
  }
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
});
