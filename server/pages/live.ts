/**
 * The one script of the pages, for those that show how something stands: it fetches the page again when the server says that
 * something has changed, and each minute for the time that is left. Pages are whole without it. It stands in the page, and the
 * policy of the pages (CSP) allows it by its hash and no other.
 */
import { createHash } from 'node:crypto';
import { Html } from '../../platform/html';

/** Plain text of a program: nothing of a request gets into it. */
const SCRIPT = `
(() => {
  const main = document.getElementById('main');
  const news = document.getElementById('news');
  const from = main.dataset.changes;
  if (!window.EventSource || !window.DOMParser) return;
  let source, asked = 0;
  const renew = async (said) => {
    const mine = ++asked;
    const answer = await fetch(location.href, { credentials: 'same-origin' }).catch(() => undefined);
    if (!answer || !answer.ok || answer.redirected || mine !== asked) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
    if (!next || mine !== asked) return;
    const openOnes = [...main.querySelectorAll('details[open] > summary')].map((each) => each.textContent);
    const focused = main.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    const once = main.querySelector('[data-once]');
    main.replaceChildren(...next.childNodes);
    main.dataset.changes = next.dataset.changes;
    if (once && !main.querySelector('[data-once]')) main.querySelector('.head')?.after(once);
    for (const each of main.querySelectorAll('details > summary'))
      if (openOnes.includes(each.textContent)) each.parentElement.open = true;
    if (focused) [...main.querySelectorAll('a')].find((each) => each.getAttribute('href') === focused)?.focus({ preventScroll: true });
    if (said) news.textContent = 'The page was updated.';
  };
  const watch = () => {
    if (document.hidden) { source?.close(); source = undefined; return; }
    if (source) return;
    source = new EventSource(main.dataset.changes);
    source.addEventListener('changed', () => renew(true));
  };
  if (from) {
    watch();
    document.addEventListener('visibilitychange', watch);
    setInterval(() => { if (!document.hidden) { news.textContent = ''; renew(false); } }, 60000);
  }
})();
`.trim();

/** The script, for the end of a page. */
export const LIVE = new Html(`<p id="news" class="vh" role="status"></p>\n<script>${SCRIPT}</script>`);

/** What the policy of such a page allows beside what it allows of all pages. */
export const LIVE_POLICY = `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'; connect-src 'self'`;
