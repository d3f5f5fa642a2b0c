import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kind, Questions, World } from './processes';

interface Answer {
  id: number;
  answer?: unknown;
  error?: string;
}

/** One of the processes, which answers questions, and how much memory it takes. */
export class Child {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private last = 0;
  private sampling?: NodeJS.Timeout;
  /** The most resident memory since it was last asked for, in bytes. */
  private most = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly kind: Kind,
  ) {
    child.on('message', (message) => this.take(message as Answer));
    child.once('exit', (code) => {
      for (const resolve of this.waiting.values()) resolve({ id: 0, error: `the ${kind} has ended with ${code}` });
    });
  }

  static async start(kind: Kind, world: World): Promise<Child> {
    const file = path.join(__dirname, 'processes.js');
    const child = new Child(fork(file, [kind, JSON.stringify(world)]), kind);
    await child.heard(0);
    child.sampling = setInterval(() => child.sample(), 200);
    return child;
  }

  async ask<Q extends keyof Questions>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    const id = ++this.last;
    const answered = this.heard(id);
    this.child.send({ id, question, ask });
    return (await answered).answer as Questions[Q]['answer'];
  }

  /** The most resident memory since the last time it was asked for, in bytes. */
  peak(): number {
    this.sample();
    const { most } = this;
    this.most = 0;
    return most;
  }

  async stop(): Promise<void> {
    clearInterval(this.sampling);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  private sample(): void {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    this.most = Math.max(this.most, Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
  }

  private heard(id: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.child.exitCode !== null) return reject(new Error(`the ${this.kind} has ended`));
      this.waiting.set(id, (answer) => {
        this.waiting.delete(id);
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(answer.error));
      });
    });
  }

  private take(answer: Answer): void {
    this.waiting.get(answer.id)?.(answer);
  }
}
