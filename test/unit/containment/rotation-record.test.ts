// What a rotation remembers: which secret counts as the old one is decided by the first attempt, whatever the vault holds later.
import { fileVault } from '../../../activities/containment';
import { RotationRecord } from '../../../activities/containment/rotation-record';
import { folder } from './fixtures';

const NAME = 'cloudflare-token/ci';

function setUp() {
  const vault = fileVault(folder());
  const attempt = () => new RotationRecord(vault, 'cloudflare-token', 'ci', { incidentId: 'INC-1', round: 1 });
  return { vault, attempt };
}

it('an attempt that broke off after its own secret was in force is no old secret, where the vault had none before', async () => {
  const { attempt } = setUp();
  await attempt().keepPrevious();
  await attempt().promote('rolled');
  await attempt().keepPrevious();
  expect(await attempt().previous()).toBeUndefined();
});

it('nor is one that was rolled again as it did not work', async () => {
  const { attempt } = setUp();
  await attempt().keepPrevious();
  await attempt().promote('rolled');
  await attempt().markRotated(true);
  await attempt().markRotated(false);
  expect(await attempt().isRotated()).toBe(false);
  await attempt().keepPrevious();
  expect(await attempt().previous()).toBeUndefined();
});

it('the secret of the first attempt stays the old one', async () => {
  const { vault, attempt } = setUp();
  await vault.put(NAME, 'leaked');
  await attempt().keepPrevious();
  await attempt().promote('rolled');
  await attempt().keepPrevious();
  expect(await attempt().previous()).toBe('leaked');
});
