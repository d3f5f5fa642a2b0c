/** The anchors: how far each of them keeps the register, by what the worker that signs has told the others. */

import { tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { neededDatabase } from '../postgres/settings';
import { type AnchorStands, anchorsStand } from '../watchdog/anchoring-eye';
import { type Check, type Found, messageOf, notChecked, ok, problem, WRONG_SETTINGS } from './check';
import { connected } from './connected';

/** Of Postgres: undefined_table (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const NO_TABLE = '42P01';

export const anchors: Check = {
  about: 'Anchors',
  of: ['worker', 'watchdog'],
  async look({ read }) {
    const url = read(neededDatabase);
    if (!url) return WRONG_SETTINGS;
    try {
      const stand = await connected(url, (client) => anchorsStand(client));
      return stand.length > 0 ? stand.map(foundOf) : [notChecked('nothing is signed yet')];
    } catch (error) {
      if ((error as { code?: string }).code === NO_TABLE) return [notChecked('there are no tables of Tocsin yet')];
      return [notChecked(`how far they keep the register could not be asked: ${messageOf(error)}`)];
    }
  },
};

function foundOf({ name, keptTo, behind, problem: behindFor }: AnchorStands): Found {
  if (behindFor)
    return problem(
      behindFor,
      `Once that is mended it catches up; \`${tocsin('register sign', {})}\` on that host tries at once`,
    );
  const waits = behind > 0 ? `; ${plural(behind, 'entry waits', 'entries wait')} for the next time` : '';
  return ok(`${name}: keeps ${plural(keptTo, 'entry', 'entries')}${waits}`);
}
