/** The process of a worker of the benchmark of many incidents: what it tells, what it costs, and its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmOf, Told } from './incidents-child';

/** Of the two hours within which a person must contain, this part is over at the deadline in common. */
export const PART = 50;

/** Linux counts processor time in hundredths of a second: `man 5 proc_pid_stat`. */
const TICK_MS = 10;

/** Processor time that a process has used, in milliseconds. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}

export class WorkerProcess {
  readonly declared = new Set<string>();
  /** How often the alarm of the deadline in common rang, by workflow. */
  readonly alarms = new Map<string, number>();
  /** How many workflows it keeps in memory, once it is there. */
  cached: number | undefined;
  private readonly child: ChildProcess;

  /** @param bundle of other workflows than incidents. */
  constructor(address: string, bundle?: string) {
    const file = path.join(__dirname, 'incidents-child.js');
    this.child = fork(file, [address, ...(bundle ? [bundle] : [])]);
    this.child.on('message', (told) => this.take(told as Told));
  }

  /** Waits for something that it tells; rejects once it cannot come any more. */
  async tells(what: string, has: () => boolean, withinMs: number): Promise<void> {
    const giveUpAt = Date.now() + withinMs;
    while (!has()) {
      if (this.child.exitCode !== null) throw new Error(`${what}: the worker has ended with ${this.child.exitCode}`);
      if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs / 1000} s`);
      await sleep(20);
    }
  }

  private take(told: Told): void {
    if ('ready' in told) this.cached = told.ready.cached;
    else if ('declared' in told) this.declared.add(told.declared);
    else if ('rang' in told) this.rang(told.rang);
    else if (isOfDeadline(told.alarm)) this.rang(told.alarm.incidentId);
  }

  private rang(id: string): void {
    this.alarms.set(id, (this.alarms.get(id) ?? 0) + 1);
  }

  /** Resident memory, in bytes. */
  memory(): number {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))![1]) * 1024;
  }

  processorMs(): number {
    return processorMs(this.child.pid!);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

function isOfDeadline({ threshold, about }: AlarmOf): boolean {
  const { kind, percent } = threshold as { kind: string; percent?: number };
  return kind === 'elapsed' && percent === PART && about.kind === 'obligation' && about.obligation === 'containment';
}
