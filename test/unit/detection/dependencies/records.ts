/**
 * OSV records with the facts of real ones: ids, aliases, packages, ranges and vectors. GHSA records: GitHub Advisory
 * Database (https://github.com/github/advisory-database), CC BY 4.0. Their texts are left out; summaries are our own.
 */

/** Two ranges for one package, in two entries; type ECOSYSTEM. */
export const MINIMIST = {
  schema_version: '1.4.0',
  id: 'GHSA-xvch-5gv4-984h',
  modified: '2023-02-27T14:47:14Z',
  published: '2022-03-18T00:01:09Z',
  aliases: ['CVE-2021-44906'],
  summary: 'Keys reach the prototype',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '1.0.0' }, { fixed: '1.2.6' }] }],
    },
    {
      package: { ecosystem: 'npm', name: 'minimist' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '0.2.4' }] }],
    },
  ],
  database_specific: { cwe_ids: ['CWE-1321'], severity: 'CRITICAL', github_reviewed: true },
};

/** Two packages. */
export const LODASH = {
  schema_version: '1.3.0',
  id: 'GHSA-35jh-r3h4-6jhm',
  modified: '2022-02-08T21:35:09Z',
  aliases: ['CVE-2021-23337'],
  summary: 'A template runs what it is given',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
  affected: ['lodash', 'lodash-es'].map((name) => ({
    package: { ecosystem: 'npm', name },
    ecosystem_specific: { affected_functions: ['lodash.template'] },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
  })),
  database_specific: { cwe_ids: ['CWE-77', 'CWE-94'], severity: 'HIGH', github_reviewed: true },
};

/** Another ecosystem, whose order of versions is not built in. */
export const LOG4J = {
  schema_version: '1.3.0',
  id: 'GHSA-jfh8-c2jp-5v3q',
  modified: '2022-03-25T20:56:18Z',
  aliases: ['CVE-2021-44228'],
  summary: 'Messages are looked up',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' }],
  affected: [
    ['2.13.0', '2.15.0'],
    ['0', '2.3.1'],
    ['2.4', '2.12.2'],
  ].map(([introduced, fixed]) => ({
    package: { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core' },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] }],
  })),
  database_specific: { severity: 'CRITICAL' },
};

/** A record of npm packages, shaped like the real ones. */
export function record(id: string, name: string, events: object[], over: object = {}) {
  return {
    schema_version: '1.6.0',
    id,
    modified: '2026-01-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events }] }],
    ...over,
  };
}

/** npm's lock file, version 3, that installs these packages at the top. */
export function lock(packages: Record<string, string>): string {
  const entries = Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }]);
  return JSON.stringify({ name: 'web', lockfileVersion: 3, packages: { '': {}, ...Object.fromEntries(entries) } });
}
