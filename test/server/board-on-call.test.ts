/** Who is on call, on the board: by the rota that alarms go by, at the instant at which the board is looked at. */

import type { Rota } from '../../domain/escalation/rota';
import { loadRota } from '../../policy/load-rota';
import { boardPage } from '../../server/pages/board-page';

const ANN = { by: 'ann@acme.dev', subject: 'ann', roles: ['responder'] as const };

async function board(rota?: Rota): Promise<string> {
  return String(await boardPage({} as never, [], ANN, rota && { rota: async () => rota }));
}

test('each level says who is on call and until when somebody else takes over', async () => {
  const rota = loadRota('examples/rota.yaml');
  const page = await board(rota);
  for (const { name } of rota.levels) expect(page).toContain(`<span>${name}: <b>`);
  const names = Object.values(rota.people).map(({ name }) => name);
  expect(names.some((name) => page.includes(`<b>${name}</b> until <time`))).toBe(true);
});

test('a level without anybody says so, and without a rota the board says nothing of it', async () => {
  const rota = loadRota('examples/rota.yaml');
  const nobodyYet = {
    ...rota,
    overrides: [],
    levels: rota.levels.map((level) => ({
      ...level,
      shifts: level.shifts.map((shift) => ({
        ...shift,
        rotations: shift.rotations.map((each) => ({ ...each, start: '2999-01-01' })),
      })),
    })),
  };
  expect(await board(nobodyYet)).toContain(': <b>nobody</b>');
  expect(await board()).not.toContain('On call');
});
