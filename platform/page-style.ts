/**
 * The look that all pages share: board and mailbox, status page, dossiers, previews, the report form and the register as
 * HTML. One palette in light and dark whose text stands out by at least 4.5 to 1 (WCAG 2.2, 1.4.3), the ground that each
 * page adds its own few rules to, and the icon. No font, image or address from outside.
 */

/** The colours, by what they are for; light, then dark. Each text colour is readable on the grounds named beside it. */
export const PALETTE = {
  light: {
    ink: '#1d2430', // text, on paper, ground and chip
    soft: '#515c6b', // what is said beside it, on the same
    line: '#d5dae2',
    edge: '#7a8494', // borders of fields: 3 to 1 on paper (WCAG 2.2, 1.4.11)
    paper: '#ffffff',
    ground: '#f6f7f9',
    chip: '#eaeef3',
    accent: '#a3341f', // links and buttons, on paper and ground; `on` stands on it
    on: '#ffffff',
    mark: '#8a3b00', // what is not yet known, or is an exercise, on paper and ground
    banner: '#7a2e00', // `banner-ink` stands on it
    'banner-ink': '#ffffff',
    good: '#dff3e4',
    'good-ink': '#0f5323',
    warn: '#fff0d6',
    'warn-ink': '#6b3d00',
    bad: '#ffe1dc',
    'bad-ink': '#83170a',
    note: '#dcebff',
    'note-ink': '#0b3d7a',
  },
  dark: {
    ink: '#e7eaf0',
    soft: '#a9b3c2',
    line: '#2f3846',
    edge: '#7c8798',
    paper: '#171c24',
    ground: '#10141a',
    chip: '#252d39',
    accent: '#ff9d85',
    on: '#1d1210',
    mark: '#f0b36b',
    banner: '#7a2e00',
    'banner-ink': '#ffffff',
    good: '#143822',
    'good-ink': '#b4ecc4',
    warn: '#40300f',
    'warn-ink': '#ffdb9b',
    bad: '#4a1c16',
    'bad-ink': '#ffc3b8',
    note: '#16304f',
    'note-ink': '#bfdcff',
  },
} as const;

function variables(colours: Record<string, string>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour}`)
    .join('; ');
}

/** The palette on paper, for a page's own rules of print: the light one on white, whatever the screen shows. */
export const PRINTED = `color-scheme: light; ${variables({ ...PALETTE.light, ground: '#ffffff' })}`;

/** What every page starts with: the palette, the type, and tables and long words that fit a telephone. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; accent-color: var(--accent); ${variables(PALETTE.light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(PALETTE.dark)} } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere }
a { color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
code { font: .85em ui-monospace, "SF Mono", Menlo, Consolas, monospace }
`.trim();

/** The icon: an alarm bell. */
export const ICON_SVG =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><path fill='#c2452c' d='M16 3a9 9 0 0 0-9 9v7l-3 5h24l-3-5v-7a9 9 0 0 0-9-9Z'/><circle cx='16' cy='27' r='3' fill='#c2452c'/></svg>";

/** The icon in its own address, for pages that may have one. A file that is handed over has none: it names no address. */
export const PAGE_ICON = `<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON_SVG)}">`;
