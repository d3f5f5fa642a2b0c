/** The one stylesheet of pages that a server shows: the shared look, and the pieces that pages are built from. */
import { createHash } from 'node:crypto';
import { PAGE_STYLE } from './page-style';

export const STYLESHEET = `${PAGE_STYLE}
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0 }
h1 { font-size: 1.5rem; line-height: 1.25; text-wrap: balance }
h2 { font-size: 1.125rem; line-height: 1.3; margin: 0 0 .75rem }
h3 { font-size: 1rem; line-height: 1.35 }
ul, ol { padding: 0; list-style: none }
a { text-underline-offset: .2em; text-decoration-thickness: 1px }
a:hover { text-decoration-thickness: 2px }
time, .time { font-variant-numeric: tabular-nums } time, .whole { white-space: nowrap } td.time .soft { white-space: nowrap }
.soft { color: var(--soft) }
.small { font-size: .875rem }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skip { position: absolute; left: .5rem; top: -4rem; background: var(--accent); color: var(--on); padding: .5rem 1rem; border-radius: 6px; z-index: 1 }
.skip:focus { top: .5rem }

/* The frame: who acts, and where they are. */
.top { background: var(--paper); border-bottom: 1px solid var(--line) }
.top > div, main, .foot { max-width: 72rem; margin: 0 auto; padding-inline: clamp(1rem, 4vw, 2rem) }
.top > div { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; min-height: 3.25rem; padding-block: .4rem }
.brand { display: inline-flex; align-items: center; gap: .5rem; font-weight: 650; color: var(--ink); text-decoration: none; padding: .3rem 0 }
.brand img { width: 1.35rem; height: 1.35rem }
.top nav { display: flex; gap: 1.25rem; flex: 1; white-space: nowrap }
.top nav a { color: var(--ink); text-decoration: none; padding: .45rem 0; border-bottom: 2px solid transparent }
.top nav a:hover, .top nav a[aria-current] { border-color: var(--accent) }
.who { display: flex; align-items: center; gap: .75rem; font-size: .875rem; color: var(--soft) }
main { padding-block: 1.75rem 3rem; display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr) }
.foot { padding-block: 0 2.5rem; font-size: .875rem; color: var(--soft) }
.head { display: grid; gap: .4rem }
.over { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1.25rem 3rem } .over > .head { flex: 1 1 22rem } .over > .left { max-width: 22rem }
.meta { display: flex; flex-wrap: wrap; gap: .2rem .9rem; color: var(--soft); font-size: .9375rem }
.meta b { color: var(--ink); font-weight: 600 }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem }
.stack { display: grid; gap: .75rem; grid-template-columns: minmax(0, 1fr) }
.two { display: grid; gap: 2rem; grid-template-columns: minmax(0, 1fr) }
.stack > h2 { margin: 0 }
@media (min-width: 60rem) { .two > .stack { align-content: start } .two:has(> .stack:nth-child(2) > *) { grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr) } }
.prose, main:has(> form.form, > .idle) > :is(.say, .card, section) { max-width: 44rem }

/* What must be seen first. */
.say { border-radius: 10px; padding: .8rem 1.1rem; border-left: 4px solid currentColor; display: grid; gap: .25rem }
/* A page that shows how something stands, and has fallen silent: wherever it is scrolled to. */
.silent:not(:empty) { position: sticky; bottom: 0; margin: 0; padding: .8rem 1.1rem; background: var(--bad); color: var(--bad-ink); font-weight: 650; text-align: center }
.say ul { display: grid; gap: .25rem }
.say a { color: inherit }
.say.bad { background: var(--bad); color: var(--bad-ink) } .say.warn { background: var(--warn); color: var(--warn-ink) }
.say.good { background: var(--good); color: var(--good-ink) } .say.note { background: var(--note); color: var(--note-ink) }
.chip { display: inline-block; padding: .05rem .6rem; border-radius: .8rem; font-size: .8125rem; line-height: 1.6; background: var(--chip); color: var(--ink) }
.chip.bad { background: var(--bad); color: var(--bad-ink) } .chip.warn { background: var(--warn); color: var(--warn-ink) }
.chip.good { background: var(--good); color: var(--good-ink) } .chip.note { background: var(--note); color: var(--note-ink) }

/* Time left is the largest thing on a page. */
.left { display: grid; gap: .1rem; align-content: start }
.left strong { font-size: clamp(1.9rem, 1.4rem + 2.2vw, 2.6rem); line-height: 1.05; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums }
.row .left strong { white-space: nowrap }
.step .left strong { font-size: 1.35rem }
.left.big strong { font-size: clamp(2.8rem, 1.8rem + 5vw, 4.5rem) }
.left.late strong { color: var(--accent) }
.left span { font-size: .875rem; color: var(--soft) } .left .of { color: var(--ink); font-weight: 600 }
.row { display: grid; gap: .6rem 1.75rem; grid-template-columns: minmax(0, 1fr) }
@media (min-width: 44rem) { .row { grid-template-columns: 15rem minmax(0, 1fr) } }
.row .body { display: grid; gap: .4rem; align-content: start }
.row h2, .row h3 { font-size: 1.125rem; margin: 0 } .row h2 a { color: var(--ink) }
.quiet .left strong { font-size: 1.35rem }
.todo { border-top: 1px solid var(--line); padding-top: .6rem; margin-top: .3rem; display: grid; gap: .6rem }
.step { display: grid; gap: .25rem .9rem; grid-template-columns: minmax(0, 1fr) }
.step .acts { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .35rem }
@media (min-width: 44rem) {
  ol.steps:has(.left) > .step { grid-template-columns: 9.5rem minmax(0, 1fr) } ol.steps:has(.left) > .step > * { grid-column: 2 }
  ol.steps:has(.left) > .step > .left { grid-column: 1; grid-row: 1 / span 4 }
}
ol.steps { display: grid; gap: 0; counter-reset: step }
ol.steps > li { padding: 1rem 0; border-top: 1px solid var(--line); counter-increment: step }
ol.steps > li:first-child { border-top: 0; padding-top: 0 } ol.steps > li:last-child { padding-bottom: 0 }

/* Tables become lists where there is no room. */
table { width: 100%; border-collapse: collapse }
th { text-align: left; font-size: .8125rem; font-weight: 600; color: var(--soft) }
th, td { padding: .6rem .9rem .6rem 0; border-top: 1px solid var(--line); vertical-align: top }
thead th { border-top: 0; padding-top: 0 }
tbody th { font-size: inherit; color: var(--ink); font-weight: 500 }
@media (min-width: 44rem) {
  th, td { overflow-wrap: break-word } td.small code { white-space: nowrap } .card:has(table) { overflow-x: auto }
  tbody th:not([data-label]) { min-width: 7rem }
}
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  table, tbody, tr, th, td { display: block }
  tr { padding: .6rem 0; border-top: 1px solid var(--line) } tbody tr:first-child { border-top: 0; padding-top: 0 }
  th, td { padding: .1rem 0; border-top: 0 }
  [data-label]::before { content: attr(data-label) " "; color: var(--soft); font-weight: 400 }
}
ol.events { display: grid }
ol.events > li { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1rem; padding: .45rem 0; border-top: 1px solid var(--line) }
ol.events > li:first-child { border-top: 0 }
@media (min-width: 44rem) { ol.events > li { grid-template-columns: 9.5rem minmax(0, 1fr) } }
ol.events time { color: var(--soft); font-size: .875rem; padding-top: .1rem }
ol.events b { font-weight: 600 } ol.events .bad, .outcome.bad { color: var(--accent) }
dl.facts { display: grid; gap: .35rem 1.25rem; grid-template-columns: minmax(0, 1fr) }
@media (min-width: 30rem) { dl.facts { grid-template-columns: fit-content(40%) minmax(0, 1fr) } }
dl.facts dt { color: var(--soft) } @media (max-width: 30rem) { dl.facts { gap: 0 } dl.facts dd { padding-bottom: .4rem } }
details > summary { cursor: pointer; padding: .35rem 0; color: var(--accent) }
details[open] > summary { margin-bottom: .5rem }
details.card > summary { padding: 0; font-weight: 600 } details.card[open] > summary { margin-bottom: .75rem }

/* Forms. */
form.form { display: grid; gap: 1.35rem; max-width: 44rem; grid-template-columns: minmax(0, 1fr) }
.field { display: grid; gap: .3rem; grid-template-columns: minmax(0, 1fr) }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: grid; gap: .5rem }
fieldset.group { border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; gap: 1.1rem }
label, legend { font-weight: 600; padding: 0 }
.hint { color: var(--soft); font-size: .875rem }
.wrong { color: var(--accent); font-weight: 600; font-size: .9375rem }
input, select, textarea { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--edge); border-radius: 8px; padding: .55rem .7rem; width: 100%; min-height: 2.75rem; accent-color: var(--accent) }
textarea { min-height: 7rem; resize: vertical; line-height: 1.5 }
[aria-invalid="true"] { border: 2px solid var(--accent) } fieldset[aria-invalid="true"] { border-width: 0 0 0 3px; padding-left: .8rem }
.choice { display: flex; gap: .65rem; align-items: flex-start; font-weight: 400; padding: .35rem 0 }
.choice ~ :is(.hint, .wrong) { padding-left: 1.85rem; margin-top: -.4rem }
.choice input { width: 1.2rem; height: 1.2rem; min-height: 0; flex: none; margin: .15rem 0 0 }
.button, button { font: inherit; font-weight: 600; display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: .4rem 1.15rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--on); text-decoration: none; cursor: pointer; text-align: center }
.button:hover, button:hover { filter: brightness(1.08) }
.button.plain, button.plain { background: transparent; color: var(--ink); border-color: var(--edge) }
button.link { border: 0; background: none; color: var(--accent); padding: .3rem 0; min-height: 0; font-weight: 400; text-decoration: underline; text-underline-offset: .2em }
.acts { display: flex; flex-wrap: wrap; gap: .6rem }
.actions { columns: 2; column-gap: 2rem } .actions li { break-inside: avoid; padding: .3rem 0 }
@media (max-width: 44rem) { .actions { columns: 1 } }
.letter { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; white-space: pre-wrap; font: inherit; margin: 0; max-width: 44rem }
/* What only a screen reader hears is placed in the box that scrolls: it would lengthen the page. */
.diff { max-height: 26rem; overflow-y: auto; position: relative }
.diff del, .diff ins { display: block; text-decoration: none; padding: 0 .4rem; margin: 0 -.4rem; border-radius: 3px }
.diff del { background: var(--bad); color: var(--bad-ink) } .diff del::before { content: "− " } .diff ins { background: var(--good); color: var(--good-ink) } .diff ins::before { content: "+ " }
.typed { white-space: pre-wrap }
.letter b { display: block; padding-bottom: .6rem; margin-bottom: .8rem; border-bottom: 1px solid var(--line) }
@media (prefers-reduced-motion: no-preference) { .button, button { transition: filter .12s } }
@media print { .top, .acts, form { display: none } body { background: #fff } }
`.trim();

/** The address of the stylesheet below a server's root: another one for each version, so that it may be kept for good. */
export const STYLESHEET_ADDRESS = `/style.css?v=${createHash('sha256').update(STYLESHEET).digest('hex').slice(0, 12)}`;
