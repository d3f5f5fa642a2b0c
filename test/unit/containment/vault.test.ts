import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileVault } from '../../../activities/containment';
import { folder } from './fixtures';

describe('the vault in a folder', () => {
  it('keeps files that only their owner can read, in a folder that only their owner can enter', async () => {
    const dir = path.join(folder(), 'vault');
    await fileVault(dir).put('postgres-role/deploy', 'secret');
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) expect(statSync(path.join(dir, name)).mode & 0o777).toBe(0o600);
  });

  it('gives back, replaces and forgets', async () => {
    const vault = fileVault(path.join(folder(), 'vault'));
    expect(await vault.get('a')).toBeUndefined();
    await vault.put('a', 'one');
    await vault.put('a', 'two');
    expect(await vault.get('a')).toBe('two');
    await vault.remove('a');
    await vault.remove('a');
    expect(await vault.get('a')).toBeUndefined();
  });

  it('lets no name lead out of the folder or meet another', async () => {
    const dir = folder();
    const vault = fileVault(path.join(dir, 'vault'));
    for (const name of ['../escape', 'a/b', 'a_b', '/etc/passwd', '..']) await vault.put(name, name);
    for (const name of ['../escape', 'a/b', 'a_b', '/etc/passwd', '..']) expect(await vault.get(name)).toBe(name);
    expect(readdirSync(dir)).toEqual(['vault']);
  });
});
