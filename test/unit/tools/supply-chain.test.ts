import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const { unpinned } = require('../../../tools/supply-chain.js') as {
  unpinned(lock: object, which?: { forDevelopment: boolean }): string[];
};

test('every package that runs is, in our own lock file, pinned to one content', () => {
  expect(unpinned(JSON.parse(readFileSync(path.join(packageRoot(), 'package-lock.json'), 'utf8')))).toEqual([]);
});

test('a package without a digest, or with a weak one, is named', () => {
  const packages = { '': {}, a: { integrity: 'sha512-x' }, b: {}, c: { integrity: 'sha1-x' }, d: { link: true } };
  expect(unpinned({ packages })).toEqual(['b', 'c']);
  expect(unpinned({ packages: { ...packages, e: { dev: true } } }, { forDevelopment: true })).toEqual(['e']);
});
