import { PAGE_STYLE, PRINTED } from '../../platform/page-style';

/** The style sheet of the HTML form: light and dark on a screen, black on white on paper. No font, image or address from outside. */
export const STYLE = `${PAGE_STYLE}
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 64rem; background: var(--paper); font-size: 16px; line-height: 1.5; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .25rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
h4 { font-size: .95rem; margin: 1rem 0 .3rem; }
p { margin: .4rem 0 .8rem; }
section { margin-top: 3rem; padding-top: 1.5rem; border-top: 3px solid var(--ink); }
.soft, .cite { color: var(--soft); font-size: .875rem; }
.cite { font-weight: normal; }
.exercise { display: inline-block; padding: 0 .5rem; border: 2px solid var(--mark); color: var(--mark); font-weight: 700; }
dl { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr; gap: .3rem 1.25rem; margin: .4rem 0; }
dt { color: var(--soft); }
dd { margin: 0; white-space: pre-wrap; }
.unknown { font-style: italic; color: var(--mark); }
.withheld, .erased { color: var(--soft); border: 1px dashed var(--soft); padding: 0 .35rem; }
.erased { border-style: solid; }
.wide { overflow-x: auto; }
.wide th, .wide td { overflow-wrap: break-word; }
.wide td:first-child { min-width: 7rem; }
table { border-collapse: collapse; width: 100%; margin: .3rem 0 .8rem; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .4rem 0 .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
td { white-space: pre-wrap; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
thead th { background: var(--chip); }
code, .hash { font: .8rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.hash, .fields { display: block; color: var(--soft); }
.fields { font-size: .8rem; }
pre { background: var(--chip); padding: .7rem .9rem; white-space: pre-wrap; font: .85rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
nav ol { padding-left: 1.4rem; }
.entries td:nth-child(1), .entries td:nth-child(2) { white-space: nowrap; min-width: 0; }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  :root { ${PRINTED}; --ink: #000; --paper: #fff; --soft: #444; --line: #999; --chip: #eee; --mark: #000; --accent: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  section { break-before: page; border-top: 0; margin: 0; padding: 0; }
  main > section:first-child { break-before: auto; }
  section.brief { break-before: auto; border-top: 2px solid #000; margin-top: 1.5rem; padding-top: .8rem; }
  h2, h3, h4, caption { break-after: avoid; }
  thead { display: table-header-group; }
  tr, dt, dd { break-inside: avoid; }
  .wide { overflow: visible; }
  a { text-decoration: none; }
}
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`.trim();
