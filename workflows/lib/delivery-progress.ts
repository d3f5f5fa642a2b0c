/**
 * How far a delivery is, as the Web UI shows it: how many have an outcome at least, and how long the rest takes. Counts only. What
 * an attempt settled that then failed, and what a person settled, is in the ledger alone.
 */
import { type Mark, settledText, timeLeft } from '../../domain/incident/sending-progress';
import { grouped } from '../../domain/kernel/grouped';
import { minuteText, toInstant } from '../../domain/kernel/time';
import { cell } from './markdown-cell';

/** The pace is that of the last minutes: a pause an hour ago says nothing of the next. */
const PACE_OVER_MS = 10 * 60_000;

/** Since the delivery began. */
export interface SoFar {
  sent: number;
  failed: number;
  /** Without an outcome yet. */
  left: number;
}

export class DeliveryProgress {
  private marks: Mark[] = [];

  /** @param soFar undefined where an earlier version opened it, which counted nobody. */
  constructor(
    private readonly title: string,
    public soFar: SoFar | undefined,
  ) {}

  /** It was opened, for the first time or again. */
  opened(left: number | undefined, atMs: number): void {
    if (left === undefined) return;
    const { sent = 0, failed = 0 } = this.soFar ?? {};
    this.soFar = { sent, failed, left };
    this.mark(atMs);
  }

  sent({ sent, failed }: { sent: number; failed: number }, atMs: number): void {
    if (!this.soFar) return;
    const { soFar } = this;
    this.soFar = {
      sent: soFar.sent + sent,
      failed: soFar.failed + failed,
      left: Math.max(0, soFar.left - sent - failed),
    };
    this.mark(atMs);
  }

  /** Markdown; undefined where nobody has counted. */
  text(): string | undefined {
    const last = this.marks.at(-1);
    if (!this.soFar || !last) return undefined;
    const { sent, failed, left } = this.soFar;
    const total = sent + failed + left;
    const failures = failed > 0 ? `, ${grouped(failed)} of them not sent` : '';
    const time = timeLeft(this.marks[0]!, last, total);
    return [
      `**${cell(this.title)}**: at least ${settledText(sent + failed, total)}${failures}${time ? `, ${time}` : ''}`,
      `as of ${minuteText(toInstant(last.atMs))} UTC`,
    ].join('\n\n');
  }

  private mark(atMs: number): void {
    const { sent, failed } = this.soFar!;
    const recent = this.marks.filter((mark) => mark.atMs >= atMs - PACE_OVER_MS);
    this.marks = [...recent, { atMs, settled: sent + failed }];
  }
}
