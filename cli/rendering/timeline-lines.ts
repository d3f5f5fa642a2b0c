/** Events as lines: `T+00:25  status-page-update [N5]  Published on the status page, 1 h 35 min before the deadline`. */
import type { IncidentEvent } from '../../domain/incident/events';
import { evolve } from '../../domain/incident/evolve';
import { narrate } from '../../domain/incident/narrate';
import type { NarratedPack, Tone } from '../../domain/incident/narrated';
import type { IncidentState } from '../../domain/incident/state';
import { clockOffset, type Instant } from '../../domain/kernel/time';
import { straightText } from './format';
import type { Output, Style } from './output';
import { hanging } from './table';

const STYLES: Record<Tone, Style[]> = { info: [], good: ['green'], warn: ['yellow'], bad: ['red', 'bold'] };
const CLOCK_WIDTH = 12;

/** Tells events as they come; folds them, so that deadlines can be told. */
export class TimelineTeller {
  private state: IncidentState | undefined;
  private seq = 0;
  private readonly events: IncidentEvent[] = [];

  constructor(
    private readonly out: Output,
    private readonly pack: NarratedPack,
    private readonly detectedAt: Instant,
  ) {}

  /** All events told so far, in order. */
  get told(): readonly IncidentEvent[] {
    return this.events;
  }

  /** The lines of those events that were not told yet. */
  lines(events: readonly IncidentEvent[]): string[] {
    return events.filter((event) => event.seq > this.seq).flatMap((event) => this.tell(event));
  }

  private tell(event: IncidentEvent): string[] {
    const before = this.state;
    const { obligation, commitments, text: what, tone } = narrate(event, this.pack, before);
    const text = event.breakGlass ? `${what} (${straightText(event)})` : what;
    const whole = event.seq === this.seq + 1 && (this.state !== undefined || event.kind === 'declared');
    this.state = whole ? evolve(this.state, event) : undefined;
    this.seq = event.seq;
    this.events.push(event);
    if (repeats(event, before)) return [];
    const clock = clockOffset(this.detectedAt, event.at).padEnd(CLOCK_WIDTH);
    const subject = obligation ? `${obligation}${commitments.length > 0 ? ` [${commitments.join(' ')}]` : ''}  ` : '';
    const [first, ...rest] = hanging(clock + subject, text, this.out.width, CLOCK_WIDTH);
    const paint = (part: string) => this.out.style(part, ...STYLES[tone]);
    const said = first!.slice((clock + subject).length);
    return [this.out.style(clock, 'dim') + this.out.style(subject, 'cyan') + paint(said), ...rest.map(paint)];
  }
}

/** True for an event that says nothing new to a reader of the ones before it. The register has all of them. */
function repeats(event: IncidentEvent, before: IncidentState | undefined): boolean {
  switch (event.kind) {
    case 'notice-drafted': {
      const { obligation, round, missing } = event.data;
      const draft = before?.obligations[obligation]?.draft;
      return (draft !== undefined || round > 1) && (draft?.missing ?? []).join() === missing.join();
    }
    case 'dispatch-started':
      return event.data.trigger !== 'silence';
    case 'alarm-raised': {
      const { about, threshold } = event.data;
      return about.kind === 'measure' && before?.containment[about.measure]?.state === threshold.kind;
    }
    default:
      return false;
  }
}
