/** Serves the register's published log (C2SP tlog-tiles), so that witnesses and auditors read it where it is written. */
import type { FastifyPluginAsync } from 'fastify';
import { isBearer } from '../../platform/same-secret';
import type { LogStore } from '../../register/log/log-store';
import { ROTATIONS, VERIFIER_KEY } from '../../register/log/open-log';
import { CHECKPOINT } from '../../register/log/sign-log';
import { parseTilePath, TILE_WIDTH } from '../../register/tree/tiles';

/** What grows: asked for anew each time. */
const TEXTS = new Set([CHECKPOINT, ROTATIONS, VERIFIER_KEY]);
const FOR_EVER = 'max-age=31536000, immutable';
/** A partial tile never changes either, but soon nobody asks for it. */
const FOR_A_WHILE = 'max-age=60';

/**
 * `/log/checkpoint`, `/log/rotations`, `/log/vkey` and the tiles of hashes, for everybody: they tell how many entries
 * there are and nothing of them. Entry bundles name incidents and kinds: only with the token, and without one never.
 */
export function logPlugin(store: LogStore, readToken: string | undefined): FastifyPluginAsync {
  return async (app) => {
    app.route<{ Params: { '*': string } }>({
      method: ['GET', 'HEAD'],
      url: '/log/*',
      async handler({ params, headers }, reply) {
        const name = params['*'];
        // Nothing but the exact name of a file of the log ever reaches the store.
        if (TEXTS.has(name)) {
          const text = await store.read(name);
          if (text === undefined) return reply.callNotFound();
          return reply.header('cache-control', 'no-cache').type('text/plain; charset=utf-8').send(text);
        }
        const tile = parseTilePath(name);
        if (tile === undefined) return reply.callNotFound();
        const restricted = tile.level === 'entries';
        if (restricted) {
          if (readToken === undefined) return reply.callNotFound();
          if (!isBearer(headers.authorization, readToken)) {
            return reply
              .code(401)
              .header('www-authenticate', 'Bearer realm="tocsin log"')
              .type('text/plain; charset=utf-8')
              .send('entry bundles are read with the token of TOCSIN_LOG_READ_TOKEN\n');
          }
        }
        const bytes = await store.read(name);
        if (bytes === undefined) return reply.callNotFound();
        const age = tile.width === TILE_WIDTH ? FOR_EVER : FOR_A_WHILE;
        return reply
          .header('cache-control', `${restricted ? 'private' : 'public'}, ${age}`)
          .type('application/octet-stream')
          .send(bytes);
      },
    });
  };
}
