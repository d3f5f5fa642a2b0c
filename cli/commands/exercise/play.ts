/** Plays a scenario against a worker: the same workflow and messages as in earnest, with the waiting compressed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, refused } from '../../../client/errors';
import type { TocsinClient } from '../../../client/tocsin-client';
import { advance } from '../../../domain/case/advance';
import { clockNow } from '../../../domain/case/clock-now';
import { nextWakeOf } from '../../../domain/case/rings-again';
import type { IncidentView } from '../../../domain/incident/contract';
import { type IncidentLifecycle, incidentLifecycle } from '../../../domain/incident/lifecycle';
import { type Instant, toMs } from '../../../domain/kernel/time';
import type { Policy, PolicySnapshot } from '../../../domain/policy/policy';
import type { Output } from '../../rendering/output';
import { TimelineTeller } from '../../rendering/timeline-lines';
import { type ExerciseGrade, grade } from './grade';
import type { Act, Scenario } from './scenario';

/** Four hours a second. */
export const DEFAULT_SPEED = 14_400;

const POLL_MS = 50;
/** Real time after which an exercise that does not move is given up. */
const STUCK_MS = 90_000;

export interface ExerciseOptions {
  scenario: Scenario;
  policy: PolicySnapshot;
  /** How many times as fast as real time waiting goes by. */
  speed: number;
  /** Where the live timeline goes. */
  out: Output;
  /** Ends the exercise early; the incident stays as it is. */
  signal?: AbortSignal;
}

/**
 * Plays a scenario to its end and grades it. The incident's clock stands still while work is in flight and while
 * somebody acts, so that a slow machine changes nothing about who acted when. Throws an error with the line of the act
 * that was refused; rejects when the incident does not move any more.
 */
export async function playExercise(client: TocsinClient, options: ExerciseOptions): Promise<ExerciseGrade> {
  const { scenario, policy, speed } = options;
  const { declaration } = scenario;
  const startAt = declaration.declaredAt;
  const { created } = await client.declare({ declaration, policy, exercise: { speed, startAt } });
  if (!created) throw refused(`there is already an incident "${declaration.id}": choose another --id for the exercise`);
  const run = new Run(client, options);
  for (const act of scenario.acts) {
    await run.advanceTo(act.at, act.where);
    await run.perform(act);
  }
  return run.finish();
}

class Run {
  private readonly id: string;
  private readonly pack: Policy;
  private readonly lifecycle: IncidentLifecycle;
  private readonly teller: TimelineTeller;

  constructor(
    private readonly client: TocsinClient,
    private readonly options: ExerciseOptions,
  ) {
    const { declaration } = options.scenario;
    this.id = declaration.id;
    this.pack = options.policy.pack;
    this.lifecycle = incidentLifecycle(this.pack);
    this.teller = new TimelineTeller(options.out, this.pack, declaration.detectedAt);
  }

  /** Lets time pass up to an instant, from one deadline or alarm to the next, each at its exact time. */
  async advanceTo(target: Instant, until: string): Promise<void> {
    for (;;) {
      const view = await this.settled(until);
      const now = clockNow(view.clock);
      if (toMs(now) >= toMs(target)) return;
      const wake = nextWakeOf(this.lifecycle, view.state, now);
      const step = wake && toMs(wake.at) < toMs(target) ? wake.at : target;
      await this.client.pace(this.id, { until: step });
      await sleep((toMs(step) - toMs(now)) / this.options.speed);
      await this.reached(step, until);
      // The clock stands at the step; the same pace again has the incident look at the time now.
      await this.client.pace(this.id, { until: step });
    }
  }

  async perform(act: Act): Promise<void> {
    const commandId = `${this.id} ${act.where}`.slice(-200);
    try {
      await this.client.send(this.id, act.message, { ...act.body, commandId } as never);
    } catch (error) {
      // Loaded here: it knows the errors of Temporal and Postgres, whose code takes long to load.
      const { describeError } = await import('../../describe-error.js');
      const told = describeError(error, { id: this.id, kind: 'incident' });
      throw new CommandError(`${act.where}: ${told.message}`, told.exitCode, told.problems);
    }
    await this.show(await this.look());
  }

  /** Waits for the workflow of a closed incident to end, or lets an open one run on; grades what happened. */
  async finish(): Promise<ExerciseGrade> {
    const view = await this.settled('the end');
    if (view.state.closedAt) {
      await this.client.finished(this.id);
      await this.show(await this.look());
    } else {
      await this.client.pace(this.id, { until: null });
    }
    return grade(this.teller.told, this.pack);
  }

  /** Waits until nothing is in flight and nothing more follows at the present time. */
  private async settled(until: string): Promise<IncidentView> {
    return this.waitFor(until, (view) => {
      if (view.inFlight.length > 0 || view.registerBacklog > 0) return false;
      if (view.state.closedAt) return true;
      const now = clockNow(view.clock);
      if (this.lifecycle.wantedWork(view.state).length > 0) return false;
      return advance(this.lifecycle, view.state, [], now).events.length === 0;
    });
  }

  private async reached(at: Instant, until: string): Promise<void> {
    await this.waitFor(until, (view) => toMs(clockNow(view.clock)) >= toMs(at) || view.state.closedAt !== undefined);
  }

  private async waitFor(until: string, done: (view: IncidentView) => boolean): Promise<IncidentView> {
    let movedAt = Date.now();
    let before = '';
    for (;;) {
      this.options.signal?.throwIfAborted();
      const view = await this.look();
      await this.show(view);
      if (done(view)) return view;
      const picture = `${view.state.seq} ${view.registerBacklog} ${view.inFlight.join()} ${view.clock.realAt}`;
      if (picture !== before) movedAt = Date.now();
      before = picture;
      if (Date.now() - movedAt > STUCK_MS) {
        const waiting = view.inFlight.length > 0 ? view.inFlight.join(', ') : 'nothing in flight';
        throw refused(
          `the exercise has not moved for ${STUCK_MS / 1000} s before ${until} (in flight: ${waiting}). Look at incident "${this.id}" in the Web UI`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  private async look(): Promise<IncidentView> {
    for (let tries = 0; ; tries++) {
      const view = await this.client.view(this.id);
      if (view) return view;
      if (tries > 200) throw refused(`incident "${this.id}" is not declared yet: can the worker read its policy pack?`);
      await sleep(POLL_MS);
    }
  }

  private async show(view: IncidentView): Promise<void> {
    if (view.state.seq <= this.teller.told.length) return;
    for (const line of this.teller.lines(await this.client.timeline(this.id))) this.options.out.line(line);
  }
}
