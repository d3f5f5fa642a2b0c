/**
 * `/render`: the frame in which the Web UI shows details as Markdown. Version 2.42 of the Web UI loses the frame's style sheet
 * on its own server, which leaves `ZgotmplZ` in its place. The frame is not told reliably which theme is on, so its text stands
 * on a ground of its own: whatever lies around it, it can be read.
 */
import type { FastifyInstance } from 'fastify';

const LOST = 'ZgotmplZ';
const STYLE = `body { margin: 0; font: 16px/1.375 system-ui, sans-serif; color: #141414; background: #f8fafc }
body[data-theme="dark"] { color: #f8fafc; background: #141414 }
a { color: inherit } code { font-size: .85em } th { text-align: left } th, td { padding: .1rem .5rem .1rem 0; vertical-align: top }`;

/** Adds the page, as the Web UI at `webUi` answers it, with colours where it lost its own. */
export function renderedRoute(app: FastifyInstance, webUi: string): void {
  app.get('/render', async (request, reply) => {
    const answer = await fetch(`${webUi}${request.url}`);
    for (const name of ['content-security-policy', 'x-content-type-options', 'x-frame-options'])
      if (answer.headers.has(name)) reply.header(name, answer.headers.get(name)!);
    const page = await answer.text();
    return reply
      .code(answer.status)
      .type(answer.headers.get('content-type') ?? 'text/html')
      .send(
        page.replace(
          new RegExp(`(<style[^>]*>\\s*)${LOST}(\\s*</style>)`),
          (_, open, close) => `${open}${STYLE}${close}`,
        ),
      );
  });
}
