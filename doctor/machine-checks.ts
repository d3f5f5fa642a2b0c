/** The machine: Node, the data folder and its disk. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { satisfies } from 'semver';
import { dataDir } from '../platform/folders';
import { packageEngines } from '../platform/package-root';
import { fullDisk } from '../watchdog/disk-eye';
import { type Check, type Found, notChecked, ok, problem } from './check';

export const node: Check = {
  about: 'Node',
  async look() {
    const wanted = packageEngines().node;
    if (satisfies(process.versions.node, wanted)) return [ok(`version ${process.versions.node}`)];
    return [problem(`version ${process.versions.node} is not ${wanted}`, 'Install a newer one')];
  },
};

export const folder: Check = {
  about: 'Data folder',
  async look({ env, production }) {
    const dir = path.resolve(dataDir(env));
    const there = await stat(dir).catch(() => undefined);
    if (!there) {
      const parent = path.dirname(dir);
      const mayMake = await access(parent, constants.W_OK).then(
        () => true,
        () => false,
      );
      if (mayMake) return [notChecked(`${dir} is not there yet: it is made at the first start`)];
      return [
        problem(`${dir} is not there, and this account may not make it`, 'Make it, for this account only (mode 0700)'),
      ];
    }
    if (!there.isDirectory()) return [problem(`${dir} is no folder`, 'Name a folder in TOCSIN_DATA_DIR')];
    const found: Found[] = [];
    const mine = await access(dir, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!mine) found.push(problem(`this account may not write into ${dir}`, `Run \`chown -R ACCOUNT ${dir}\``));
    if ((there.mode & 0o067) !== 0)
      found.push(
        production
          ? problem(`other accounts of this machine can look into ${dir}`, `Run \`chmod 700 ${dir}\``)
          : { state: 'warning', says: `other accounts can look into ${dir}`, todo: `Run \`chmod 700 ${dir}\`` },
      );
    const disk = await fullDisk(dir);
    if (disk) found.push(problem(disk.problem));
    return found.length > 0 ? found : [ok(`${dir} can be written to, by this account only`)];
  },
};
