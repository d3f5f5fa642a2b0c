/** An intake in a process of its own, over HTTP, by rules under which everything waits for a person. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LOOPBACK } from '../../platform/free-port';
import { type ServerProcess, startServerProcess } from '../../platform/server-process';
import { SECRETS } from '../detection/intake/samples';

const RULES = `
id: faults
version: "1"
title: Rules of this test
rules:
  - id: all
    title: Everything waits
    when: {}
    action: triage
    severity: { fromSource: true, otherwise: sev3 }
    dedupe: { fields: [correlationId], window: P365D }
    incident: { kind: anomaly, owner: oncall, affects: [availability], serviceAffecting: false }
    triage: { within: P30D, alarmAt: [], onSilence: alarm }
`;
const SOURCES =
  'sources: { edge: { format: standard-webhooks, perMinute: 1000000, secrets: [{ env: SOURCE_SECRET }] } }';

/** Writes the rules, and the one source `edge`, whose secret is that of the standard webhooks of the samples. */
export function writeIntakeFiles(dir: string): void {
  writeFileSync(rulesIn(dir), RULES);
  writeFileSync(path.join(dir, 'sources.yaml'), SOURCES);
}

export function rulesIn(dir: string): string {
  return path.join(dir, 'rules.yaml');
}

export interface IntakePlace {
  /** Where `writeIntakeFiles` wrote. */
  dir: string;
  dataDir: string;
  databaseUrl: string;
  temporal: { address: string; namespace: string };
  port: number;
}

export function startIntakeProcess(place: IntakePlace): Promise<ServerProcess> {
  const { dir, dataDir, databaseUrl, temporal, port } = place;
  return startServerProcess({
    name: 'The intake',
    command: process.execPath,
    args: [path.join(__dirname, 'intake-child.js')],
    set: {
      DATABASE_URL: databaseUrl,
      TOCSIN_DATA_DIR: dataDir,
      TOCSIN_DETECTION_RULES: rulesIn(dir),
      TOCSIN_SOURCES: path.join(dir, 'sources.yaml'),
      TOCSIN_TEST_INTAKE: JSON.stringify({ temporal, host: LOOPBACK, port, drainMs: 1_000 }),
      SOURCE_SECRET: SECRETS['standard-webhooks'],
    },
    ready: (output) => output.includes(' ready'),
    readyWithinMs: 60_000,
  });
}
