/** What a Postgres that loses what it answered last has lost: measured by beats that it answered and does not have any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';

const EVERY_MS = 20;

/** From when on nothing is left of what was committed, until it was back. What a spool sent meanwhile lies within, too. */
export interface Forgotten {
  fromMs: number;
  toMs: number;
}

/** A row every few milliseconds: Postgres commits all in one order, so what was answered before one that is there, is there. */
export class Beats {
  readonly forgotten: Forgotten[] = [];
  /** How many answers it has taken back. */
  lost = 0;
  private made = 0;
  private answered = 0;
  private isBeating = false;
  private beating: Promise<void> = Promise.resolve();

  private constructor(private readonly pool: Pool) {}

  /** @param adminUrl of a role that may create a schema. */
  static async begin(adminUrl: string): Promise<Beats> {
    const pool = new Pool({ connectionString: adminUrl, max: 1 });
    pool.on('error', () => undefined); // it is killed, and connected to again
    await pool.query(`
      BEGIN;
      SET LOCAL synchronous_commit = on;
      CREATE SCHEMA beats;
      CREATE TABLE beats.beats (n bigint PRIMARY KEY, at timestamptz NOT NULL);
      INSERT INTO beats.beats VALUES (0, clock_timestamp());
      COMMIT`);
    const beats = new Beats(pool);
    beats.beating = beats.beat();
    return beats;
  }

  /** Kills it, brings it back, and notes what is gone. */
  async loss(kill: () => Promise<void>, back: () => Promise<void>): Promise<void> {
    await kill();
    await this.rest();
    await back();
    const { rows } = await this.pool.query<{ n: number; ms: number }>(
      'SELECT max(n)::int AS n, (extract(epoch FROM max(at)) * 1000)::float AS ms FROM beats.beats',
    );
    const { n, ms } = rows[0]!;
    this.lost += Math.max(0, this.answered - n);
    this.forgotten.push({ fromMs: ms, toMs: Date.now() });
    this.beating = this.beat();
  }

  async end(): Promise<void> {
    await this.rest();
    await this.pool.end();
  }

  private async rest(): Promise<void> {
    this.isBeating = false;
    await this.beating;
  }

  private async beat(): Promise<void> {
    this.isBeating = true;
    while (this.isBeating) {
      const n = ++this.made;
      try {
        await this.pool.query('INSERT INTO beats.beats VALUES ($1, clock_timestamp())', [n]);
        this.answered = n;
      } catch {
        // It is away: nobody was answered.
      }
      await sleep(EVERY_MS);
    }
  }
}
