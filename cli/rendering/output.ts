/** Where the command writes: colour and width on a terminal, plain text otherwise. */
import { forTerminal, type Style, styled } from './styles';

export type { Style } from './styles';

/** What an output needs of a stream. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** Terminals that do not tell their width say 0 (a recorded session, some consoles); on fewer columns than this no word fits. */
const NARROWEST = 20;

function widthOf({ columns = 0 }: Sink): number {
  return columns === 0 ? 80 : Math.max(columns, NARROWEST);
}

export class Output {
  readonly isTerminal: boolean;
  private readonly coloured: boolean;

  constructor(
    private readonly sink: Sink,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.isTerminal = sink.isTTY === true;
    this.coloured = this.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  }

  /** Columns to lay out for, as the terminal is now; `Infinity` when nobody looks at one. */
  get width(): number {
    return this.isTerminal ? widthOf(this.sink) : Number.POSITIVE_INFINITY;
  }

  /** Lines that a terminal shows at once; `Infinity` when nobody looks at one. */
  get height(): number {
    return this.isTerminal ? this.sink.rows || USUAL_ROWS : Number.POSITIVE_INFINITY;
  }

  /** Writes a line. Every text passes here: of control characters only the styles of `style` get through. */
  line(text = ''): void {
    this.sink.write(`${forTerminal(text)}\n`);
  }

  /** Writes a value as JSON, `indent` 0 on one line. */
  json(value: unknown, indent = 2): void {
    // Escaped, not shown as a code: a program that reads it gets every character, a terminal acts on none.
    this.line(JSON.stringify(value, undefined, indent).replace(UNSEEN_IN_JSON, escaped));
  }

  /** Text in a style; the text itself where colour is not wanted. Only `line` can write it. */
  style(text: string, ...styles: Style[]): string {
    if (!this.coloured || text === '') return text;
    return styles.reduce(styled, text);
  }

  /**
   * Shows pictures on a screen of their own, the terminal's alternate one, until `show` is done: then, and also when it
   * fails or the process ends, what stood on the terminal before is back, with its scrollback. Only where there is a terminal.
   */
  async onOwnScreen(show: (paint: (lines: string[]) => void) => Promise<void>): Promise<void> {
    const leave = () => this.sink.write(LEAVE);
    // A process that is ended by a signal or a fault leaves no terminal behind without a cursor.
    process.once('exit', leave);
    this.sink.write(ENTER);
    try {
      await show((lines) => this.sink.write(this.picture(lines)));
    } finally {
      process.removeListener('exit', leave);
      leave();
    }
  }

  /** Lines from the top of the screen on, each until its end; what does not fit is not written. */
  private picture(lines: string[]): string {
    const shown = lines.flatMap((line) => line.split('\n')).slice(0, this.height);
    return `${HOME}${shown.map((line) => `${forTerminal(line)}${REST_OF_LINE}`).join('\n')}${REST_OF_SCREEN}`;
  }
}

/** Of a terminal that does not tell. */
const USUAL_ROWS = 24;

const CSI = '\u001b[';
/** The alternate screen, without cursor, and lines that end at its edge. */
const ENTER = `${CSI}?1049h${CSI}?25l${CSI}?7l`;
const LEAVE = `${CSI}?7h${CSI}?25h${CSI}?1049l`;
const HOME = `${CSI}H`;
const REST_OF_LINE = `${CSI}K`;
const REST_OF_SCREEN = `${CSI}J`;

/** What JSON leaves as it is and a terminal would act on, or `line` show as a code. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u2028\u2029\p{Cf}\p{Co}\p{Cn}]/gu;

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
