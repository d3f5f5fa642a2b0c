/** Which bucket holds what was sent and filed, beside Postgres. */
import { z } from 'zod';
import { settingsGroup, text, url, variable } from '../../platform/settings/variable';
import type { BucketSettings } from './bucket';

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be a name of a bucket: 3 to 63 of a-z, 0-9, dots and hyphens');

export const bucketSettings = settingsGroup({
  title: 'Object store',
  unset: 'artefacts lie in Postgres',
  variables: {
    TOCSIN_ARTEFACTS_URL: variable(
      'The address of an object store that speaks the API of S3. Sealed artefacts of incidents lie in a bucket of it then; it is set alike for the workers, the server and commands.',
      url,
      { unset: 'artefacts lie in Postgres' },
    ),
    TOCSIN_ARTEFACTS_BUCKET: variable('The bucket, which Tocsin has for itself.', bucketName),
    TOCSIN_ARTEFACTS_REGION: variable('The region that requests are signed for.', text, { default: 'us-east-1' }),
    TOCSIN_ARTEFACTS_KEY_ID: variable('The id of the key that may read, write and delete objects of the bucket.', text),
    TOCSIN_ARTEFACTS_SECRET: variable('The secret of that key.', text, { secret: true }),
    TOCSIN_ARTEFACTS_STYLE: variable(
      'Where requests name the bucket: `path` or `host`.',
      z.enum(['path', 'host'], 'must be path or host'),
      { default: 'path' },
    ),
  },
  build(values, { production, problem }): BucketSettings | undefined {
    const { TOCSIN_ARTEFACTS_URL: address, TOCSIN_ARTEFACTS_REGION: region, TOCSIN_ARTEFACTS_STYLE: style } = values;
    const rest = {
      TOCSIN_ARTEFACTS_BUCKET: values.TOCSIN_ARTEFACTS_BUCKET,
      TOCSIN_ARTEFACTS_KEY_ID: values.TOCSIN_ARTEFACTS_KEY_ID,
      TOCSIN_ARTEFACTS_SECRET: values.TOCSIN_ARTEFACTS_SECRET,
    };
    if (!address) {
      for (const [name, value] of Object.entries(rest))
        if (value) problem(`${name}: is set without TOCSIN_ARTEFACTS_URL: give the address of the object store too`);
      return undefined;
    }
    for (const [name, value] of Object.entries(rest))
      if (!value) problem(`${name}: is not set, and TOCSIN_ARTEFACTS_URL is: give it, or take the address away`);
    if (production && !address.startsWith('https:'))
      problem(
        'TOCSIN_ARTEFACTS_URL: must begin with https: in production, so that nobody on the way reads or changes it',
      );
    const { TOCSIN_ARTEFACTS_BUCKET: bucket = '', TOCSIN_ARTEFACTS_KEY_ID: keyId = '' } = rest;
    return { url: address, bucket, region, keyId, secret: rest.TOCSIN_ARTEFACTS_SECRET ?? '', style };
  },
});
