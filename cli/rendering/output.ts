/** Where the command writes: colour and width on a terminal, plain text otherwise. */
import { forTerminal, type Style, styled } from './styles';

export type { Style } from './styles';

/** What an output needs of a stream. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Terminals that do not tell their width say 0 (a recorded session, some consoles); on fewer columns than this no word fits. */
const NARROWEST = 20;

function widthOf({ columns = 0 }: Sink): number {
  return columns === 0 ? 80 : Math.max(columns, NARROWEST);
}

export class Output {
  /** Columns to lay out for; `Infinity` when nobody looks at a terminal. */
  readonly width: number;
  readonly isTerminal: boolean;
  private readonly coloured: boolean;

  constructor(
    private readonly sink: Sink,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.isTerminal = sink.isTTY === true;
    this.width = this.isTerminal ? widthOf(sink) : Number.POSITIVE_INFINITY;
    this.coloured = this.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
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

  /** Clears the screen, not the scrollback, for the next picture of a live view. */
  clear(): void {
    if (this.isTerminal) this.sink.write('\u001b[H\u001b[2J');
  }
}

/** What JSON leaves as it is and a terminal would act on, or `line` show as a code. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u2028\u2029\p{Cf}\p{Co}\p{Cn}]/gu;

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
