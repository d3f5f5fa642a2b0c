import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDir } from '../../setup/helpers';
import { tocsin } from './helpers';

const dir = temporaryDir('oncall');

/** Whom `oncall` shows at a level with these rotations. */
async function shown(rotations: string) {
  const file = path.join(dir, 'rota.yaml');
  writeFileSync(
    file,
    `people:
  ann: { name: Ann, email: ann@example.com }
  bo: { name: Bo, email: bo@example.com }
levels:
  - { name: First, timeZone: Europe/Dublin, handover: "09:00", rotations: [${rotations}] }
`,
  );
  const argv = ['oncall', '--rota', file, '--at', '2026-04-01T00:00:00Z'];
  const { out } = await tocsin(argv);
  const { levels } = JSON.parse((await tocsin([...argv, '--json'])).out);
  return { out, level: levels[0] };
}

test('a level of one person has no handover, and none is made up years from now', async () => {
  const { out, level } = await shown('{ start: 2026-01-05, every: P1W, people: [ann] }');
  expect(out).toContain('no handover');
  expect(out).not.toMatch(/202[7-9]/);
  expect([level.now.who, level.now.until, level.next]).toEqual(['ann', undefined, undefined]);
});

test('where somebody else comes, it is until then', async () => {
  const { out, level } = await shown('{ start: 2026-01-05, every: P1W, people: [ann, bo] }');
  expect([level.now.who, level.next.who]).not.toEqual([level.next.who, level.now.who]);
  expect(level.now.until).toBe(level.next.from);
  expect(out).not.toContain('no handover');
});
