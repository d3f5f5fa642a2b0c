/**
 * The one script of the pages, for those that show how something stands: it fetches the page again when the server says that
 * something has changed, and each minute for the time that is left. Where it cannot, as once the session has ended, it says so and
 * since when, until it can again. Pages are whole without it. It stands in the page, and the
 * policy of the pages (CSP) allows it by its hash and no other.
 */
import { createHash } from 'node:crypto';
import { Html } from '../../platform/html';

/** Plain text of a program: nothing of a request gets into it. */
const SCRIPT = `
(() => {
  const main = document.getElementById('main');
  const news = document.getElementById('news');
  const silent = document.getElementById('silent');
  const from = main.dataset.changes;
  if (!window.EventSource || !window.DOMParser) return;
  let source, asked = 0, asOf = new Date();
  const renew = async (said) => {
    const mine = ++asked;
    const at = new Date();
    const page = await fetch(location.href, { credentials: 'same-origin', signal: AbortSignal.timeout(20000) })
      .then((answer) => answer.ok && !answer.redirected ? answer.text() : '')
      .catch(() => '');
    if (mine !== asked) return;
    const next = new DOMParser().parseFromString(page, 'text/html').getElementById('main');
    if (!next) {
      const since = asOf.toISOString().slice(0, 16).replace('T', ' ');
      silent.textContent = 'This page has not been kept up to date since ' + since + ' UTC: reload it.';
      return;
    }
    asOf = at;
    silent.textContent = '';
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
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      source = undefined;
      renew(false);
    });
  };
  if (from) {
    watch();
    document.addEventListener('visibilitychange', watch);
    setInterval(() => { if (!document.hidden) { news.textContent = ''; watch(); renew(false); } }, 60000);
  }
})();
`.trim();

/** The script, for the end of a page. */
export const LIVE = new Html(
  `<p id="news" class="vh" role="status"></p>\n<p id="silent" class="silent" role="status"></p>\n<script>${SCRIPT}</script>`,
);

/** What the policy of such a page allows beside what it allows of all pages. */
export const LIVE_POLICY = `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'; connect-src 'self'`;
