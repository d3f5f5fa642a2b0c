/** What the tests of the command share: a terminal that remembers, the real pack, and a story told by the domain. */
import path from 'node:path';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import type { TocsinClient } from '../../../client/tocsin-client';
import type { ListedDetections } from '../../../domain/incident/detections';
import type { IncidentEvent } from '../../../domain/incident/events';
import { DeclarationSchema } from '../../../domain/incident/incident';
import type { IncidentState } from '../../../domain/incident/state';
import type { Instant } from '../../../domain/kernel/time';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';
import { type Command, type Decision, decide, declare } from '../domain/helpers/commands';

export const root = path.resolve(__dirname, '..', '..', '..');
export const policy = loadPolicy(DEFAULT_PACKS);
export const pack = policy.pack;
export const T0 = '2026-04-01T00:00:00.000Z';

/** A stream that remembers what was written to it. */
export class Screen {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns?: number,
  ) {}

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n');
  }
}

/** Runs one command line against a stand-in of the client; nothing reaches a server. */
export async function tocsin(argv: string[], client: Partial<TocsinClient> = {}, env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [new Screen(), new Screen()];
  const shell = new Shell({ TOCSIN_BY: 'oncall', ...env }, stdout, stderr, client as TocsinClient);
  const exitCode = await runCommand(argv, shell);
  return { exitCode, out: stdout.text, err: stderr.text };
}

/** An incident played through the domain: its state and all its events. */
export class Story {
  state: IncidentState;
  readonly events: IncidentEvent[];

  constructor(declaration: Record<string, unknown> = {}) {
    const whole = DeclarationSchema.parse({
      id: 'INC-1',
      title: 'Leaked key',
      kind: 'credential-leak',
      severity: 'sev1',
      owner: 'oncall@example.com',
      detectedAt: T0,
      declaredAt: T0,
      declaredBy: 'oncall@example.com',
      source: 'audit log',
      affects: ['confidentiality'],
      serviceAffecting: true,
      ...declaration,
    });
    const { state, events } = declare({ declaration: whole, policy, exercise: false, now: whole.declaredAt });
    this.state = state;
    this.events = [...events];
  }

  do(at: string, command: Command): IncidentEvent[] {
    return this.take(decide(this.state, command, pack, at));
  }

  private take({ state, events }: Decision): IncidentEvent[] {
    this.state = state;
    this.events.push(...events);
    return events;
  }
}

/** A triage case that was merged into an incident, as the incident lists it. */
export function listedDetections(at: Instant, title: string): ListedDetections {
  return {
    ...{ caseId: 'TRG-9f3a5c1e0b2d', how: 'merged', source: 'monitoring', title, severity: 'sev2', count: 3 },
    ...{ firstAt: at, lastAt: at, by: 'anna', at },
  };
}
