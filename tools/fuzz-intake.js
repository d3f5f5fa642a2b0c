// npm run fuzz:intake [-- SOURCE… --inputs N --seed S]: changed payloads of each source through the intake, over a real Postgres.
'use strict';
const { fork } = require('node:child_process');
const { chmodSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const root = path.resolve(__dirname, '..');
const dist = path.join(root, 'dist');
const USAGE = `npm run fuzz:intake [-- SOURCE... --inputs N --seed S --at-once N | --help]

Sends what each vendor documents, changed in its structure and well signed, to
the intake over a real Postgres: 100,000 inputs of each format and each ready
mapping, or of the sources named, then one payload a thousand times at once.
Of each input it is checked that the answer is no 5xx (but for 503 while Postgres
is late: then it is sent again), says what became of each
event and repeats nothing that was sent, and that one bad value costs no more
than its event; of all, that what was taken is kept once, whole, and nothing
else, and that what was refused or unknown is counted. The last lines are the
figures. Exits 1 at the first violation, which is printed with its input.
Without a seed it takes a new one, which the first line names.

--at-once: sources at the same time, by default as many as there are processors.`;

function main() {
  const options = {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    'at-once': { type: 'string', default: String(os.availableParallelism()) },
    help: { type: 'boolean' },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(USAGE);
  const [inputs, seed, atOnce] = ['inputs', 'seed', 'at-once'].map((name) => numberOf(name, values[name]));
  typescript();
  const { SOURCES } = require(path.join(root, 'test', 'detection', 'intake', 'every-source', 'fuzz.ts'));
  const strange = positionals.find((name) => !SOURCES.includes(name));
  if (strange !== undefined) return refuse(`there is no source "${strange}"; there are ${SOURCES.join(', ')}`);
  return fuzz({ sources: positionals.length > 0 ? positionals : SOURCES, inputs, seed, atOnce });
}

function numberOf(name, text) {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) refuse(`--${name}: "${text}" is not a number; give a whole number from 1`);
  return Number(text);
}

function refuse(why) {
  console.error(why);
  process.exit(2);
}

async function fuzz({ sources, inputs, seed, atOnce }) {
  console.log(`${sources.length} sources, ${inputs} inputs each, --seed ${seed}`);
  const { temporaryDir } = require(path.join(dist, 'platform', 'temporary-dir.js'));
  const { startPostgres } = require(path.join(dist, 'stack', 'postgres.js'));
  const { migrate } = require(path.join(dist, 'postgres', 'migrate.js'));
  const dir = temporaryDir('fuzz-intake');
  // When root runs this, the account of Postgres must get through.
  if (process.getuid?.() === 0) chmodSync(dir, 0o755);
  const postgres = await startPostgres({ dir: path.join(dir, 'postgres'), durable: false, env: {} });
  const startedAt = Date.now();
  const results = [];
  try {
    const { Pool } = require('pg');
    const admin = new Pool({ connectionString: postgres.adminUrl });
    // A connection that lies idle ends with the server; what is under way rejects by itself.
    admin.on('error', () => undefined);
    await admin.query('CREATE DATABASE template_of_sources OWNER tocsin_owner');
    await migrate(databaseOf(postgres.url, 'template_of_sources'));
    const waiting = sources.map((source, n) => ({ source, database: `source_${n + 1}`, seed: seed + n, inputs }));
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await admin.query(`CREATE DATABASE ${next.database} TEMPLATE template_of_sources OWNER tocsin_owner`);
        const result = await child({ ...next, databaseUrl: databaseOf(postgres.adminUrl, next.database) });
        console.log(`${next.source}: ${result.wrong ? `VIOLATION ${result.wrong}` : JSON.stringify(result.figures)}`);
        results.push({ ...next, ...result });
        await admin.query(`DROP DATABASE ${next.database} WITH (FORCE)`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, sources.length) }, lane));
    await admin.end();
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  const violated = results.filter(({ wrong }) => wrong);
  console.log(table(results));
  const minutes = ((Date.now() - startedAt) / 60_000).toFixed(1);
  console.log(`${results.length - violated.length} of ${results.length} sources without a violation, ${minutes} min`);
  process.exitCode = violated.length > 0 ? 1 : 0;
}

function table(results) {
  const rows = [
    [
      'source',
      'seed',
      'inputs',
      '202',
      '200',
      '400',
      '413',
      '422',
      'detections',
      'events',
      'untaken',
      'one value',
      'sent again',
    ],
  ];
  for (const { source, seed, figures } of results) {
    if (!figures) rows.push([source, seed, 'VIOLATION']);
    else {
      const { inputs, statuses: s, detections, events, untaken, oneValue, sentAgain } = figures;
      rows.push([
        source,
        seed,
        inputs,
        ...[202, 200, 400, 413, 422].map((n) => s[n] ?? 0),
        detections,
        events,
        untaken,
        oneValue,
        sentAgain,
      ]);
    }
  }
  const widths = rows[0].map((_, n) => Math.max(...rows.map((row) => String(row[n] ?? '').length)));
  return rows
    .map((row) =>
      row.map((cell, n) => (n === 0 ? String(cell).padEnd(widths[n]) : String(cell).padStart(widths[n]))).join('  '),
    )
    .join('\n');
}

/** A source in a process of its own; resolves with its figures or what is wrong. */
function child(asked) {
  return new Promise((resolve) => {
    const own = fork(__filename, ['--child', JSON.stringify(asked)]);
    let result;
    const startedAt = Date.now();
    own.on('message', (told) => {
      if (told.progress === undefined) result = told;
      else {
        const each = Math.round((told.progress * 1_000) / (Date.now() - startedAt));
        console.log(`${asked.source}: ${told.progress} of ${asked.inputs}, ${each}/s`);
      }
    });
    own.once('exit', (code) => resolve(result ?? { wrong: `its process ended with ${code}` }));
  });
}

function databaseOf(url, name) {
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

/** Sources of TypeScript can be required from here on: the payloads and checks are those of the tests. */
function typescript() {
  const { transformSync } = require('@swc/core');
  const { readFileSync } = require('node:fs');
  require.extensions['.ts'] = (module, filename) => {
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    });
    module._compile(code, filename);
  };
}

if (process.argv[2] === '--child') {
  typescript();
  process.setSourceMapsEnabled(true);
  const { fuzz: run } = require(path.join(root, 'test', 'detection', 'intake', 'every-source', 'fuzz.ts'));
  run(JSON.parse(process.argv[3]), (told) => process.send(told)).then(() => process.disconnect());
} else {
  Promise.resolve(main()).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
