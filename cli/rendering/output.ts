/** Where the command writes: colour and width on a terminal, plain text otherwise. */
/** What an output needs of a stream. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** The few styles used. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

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
    this.width = this.isTerminal ? (sink.columns ?? 80) : Number.POSITIVE_INFINITY;
    this.coloured = this.isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
  }

  /** Writes a line. Texts of incidents are hostile: of control characters only the styles used here get through. */
  line(text = ''): void {
    this.sink.write(`${text.replace(CONTROLS, (control) => (STYLE.test(control) ? control : ''))}\n`);
  }

  /** Writes a value as JSON. */
  json(value: unknown): void {
    // Escaped, not dropped: a program that reads it gets every character, a terminal acts on none.
    this.line(JSON.stringify(value, undefined, 2).replace(UNSEEN_IN_JSON, escaped));
  }

  /** Text in a style; the text itself where colour is not wanted. */
  style(text: string, ...styles: Style[]): string {
    if (!this.coloured || text === '') return text;
    return styles.reduce((styled, each) => paint(styled, each), text);
  }

  /** Clears the terminal for the next picture of a live view. */
  clear(): void {
    if (this.isTerminal) this.sink.write('\u001b[H\u001b[2J\u001b[3J');
  }
}

// Written out: `util.styleText` came with Node 20.12 and later began to judge the stream by itself.
const CODES: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /\u001b\[\d+m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const STYLE = new RegExp(`^\u001b\\[(${Object.values(CODES).flat().join('|')})m$`);

/** What JSON leaves as it is and a terminal would act on, or hide. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

function paint(text: string, style: Style): string {
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
