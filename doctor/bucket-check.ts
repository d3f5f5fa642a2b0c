/** The object store: whether its bucket takes, gives back and lets go of an object. */
import { randomBytes } from 'node:crypto';
import { createBucket } from '../activities/storage/bucket';
import { bucketSettings } from '../activities/storage/bucket-settings';
import { type Check, messageOf, ok, problem, WRONG_SETTINGS } from './check';

/** Nobody else has an object of this name, and nothing is left of it. */
const nameOfProbe = () => `doctor/${randomBytes(16).toString('hex')}`;

const TODO: Record<'put' | 'get' | 'remove', string> = {
  put: 'Check TOCSIN_ARTEFACTS_URL, TOCSIN_ARTEFACTS_BUCKET and the key; the key must be allowed to write objects (s3:PutObject)',
  get: 'Allow the key to read objects (s3:GetObject), or nobody finds what the workers store',
  remove:
    'Allow the key to delete objects (s3:DeleteObject), or what is erased stays there, sealed and without its key',
};

export const objectStore: Check = {
  about: 'Object store',
  of: ['worker'],
  async look({ read, env }) {
    const settings = read(bucketSettings);
    if (!settings)
      return Object.keys(bucketSettings.variables).some((name) => env[name])
        ? WRONG_SETTINGS
        : [ok('none is set: artefacts lie in Postgres')];
    const bucket = createBucket(settings);
    const [name, bytes] = [nameOfProbe(), randomBytes(64)];
    let step: keyof typeof TODO = 'put';
    try {
      await bucket.put(name, bytes);
      step = 'get';
      if (!(await bucket.get(name))?.equals(bytes))
        return [
          problem(
            'it gives back something else than was stored',
            'Ask whoever runs it; until then leave TOCSIN_ARTEFACTS_URL unset',
          ),
        ];
      step = 'remove';
      await bucket.remove(name);
      if (await bucket.get(name)) return [problem('an object is still there after it was deleted', TODO.remove)];
      return [ok(`the bucket "${settings.bucket}" takes an object, gives it back and lets it go`)];
    } catch (error) {
      return [problem(messageOf(error), TODO[step])];
    }
  },
};
