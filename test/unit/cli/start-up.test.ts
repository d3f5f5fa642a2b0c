// The command answers at once: what takes long to load is loaded by the verbs that need it.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const SLOW = ['@grpc/grpc-js', '@temporalio/client', '@temporalio/worker', 'cloudflare', 'date-holidays', 'fastify'];

test('the table of commands stands without the packages that take long to load', () => {
  const script = `
    const { createProgram } = require('./dist/cli/program');
    const { Shell } = require('./dist/cli/shell');
    const verbs = createProgram(new Shell()).commands.map((command) => command.name());
    console.log(JSON.stringify({ verbs, files: Object.keys(require.cache) }));`;
  const out = execFileSync(process.execPath, ['-e', script], { cwd: packageRoot(), encoding: 'utf8' });
  const { verbs, files } = JSON.parse(out) as { verbs: string[]; files: string[] };
  expect(verbs).toContain('declare');
  const loaded = (name: string) => files.some((file) => file.includes(path.join('node_modules', name, path.sep)));
  expect([...SLOW, 'pg', 'pdfkit', 'resend'].filter(loaded)).toEqual([]);
});
