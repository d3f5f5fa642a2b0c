/** What is different between two texts: the lines that went and came, with those around them. */
import { type DiffLine, lineDiff } from '../../domain/kernel/line-diff';
import { type Html, html } from '../../platform/html';

/** So many lines that stayed are shown around a change. */
const AROUND = 2;

/** Longer texts are compared in the command alone. */
const MOST_LINES = 1_500;

export function diffBox(before: string, after: string): Html {
  if (before === after) return html`<p class="soft">Nothing is different.</p>`;
  if (before.split('\n').length > MOST_LINES || after.split('\n').length > MOST_LINES)
    return html`<p class="soft">The texts are too long to be compared here.</p>`;
  const lines = lineDiff(before, after);
  const isNear = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ sign }) => sign !== ' '),
  );
  return html`<div class="letter diff" role="group" aria-label="What is different" tabindex="0">${lines.map(
    (line, at) =>
      isNear[at]
        ? lineOf(line)
        : isNear[at - 1] &&
          html`<span class="soft">…
</span>`,
  )}</div>`;
}

function lineOf({ sign, text }: DiffLine): Html {
  if (sign === '-')
    return html`<del><span class="vh">Went: </span>${text}
</del>`;
  if (sign === '+')
    return html`<ins><span class="vh">Came: </span>${text}
</ins>`;
  return html`<span>${text}
</span>`;
}
