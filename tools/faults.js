// npm run faults [NAME…] [-- --seed N]: families of faults against real processes, and what was counted from outside after each.
// A family is a file of test/faults: NAME.test.ts is one that the test suite runs too, NAME.family.ts one of this command alone.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const root = path.resolve(__dirname, '..');
const dir = path.join(root, 'test', 'faults');
const HARMS = ['lost', 'doubled', 'early', 'silent'];
/** Tests beside the families that judge by themselves and count nothing of this. */
const NOT_COUNTED = ['exercise-contained', 'intake-killed', 'cold-query', 'ends-in-time', 'statuspage-killed'];

const USAGE = `npm run faults [NAME...] [-- --seed N | --list | --help]

Plays families of faults against real processes, and prints for each what was
lost, doubled, early and silent, counted from outside: mailbox, recorder, status
page, ledger, register, history; and how often each fault really happened. Exits
1 unless each count is zero, each was counted and a fault happened. Without a
name it plays all of them.

  --seed N  seed for random choices (a new one for each run)
  --list    the families, what each does, and which the test suite runs too
  --help    this text`;

const families = readdirSync(dir)
  .map((file) => /^(.+)\.(test|family)\.ts$/.exec(file))
  .filter((match) => match && !NOT_COUNTED.includes(match[1]))
  .map(([file, name, kind]) => ({ name, file: path.join(dir, file), isTest: kind === 'test' }));

async function main() {
  const { values, positionals } = options();
  if (values.help) return console.log(USAGE);
  if (values.list) return list();
  const unknown = positionals.filter((name) => !families.some((family) => family.name === name));
  if (unknown.length > 0) {
    refuse(`no family is called ${unknown.join(' or ')}; there are: ${families.map(({ name }) => name).join(', ')}`);
  }
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isInteger(seed)) refuse(`--seed: "${values.seed}" is not a whole number`);
  const chosen = positionals.length === 0 ? families : families.filter(({ name }) => positionals.includes(name));
  console.log(`seed ${seed}, ${chosen.length} ${chosen.length === 1 ? 'family' : 'families'}`);
  const bad = [];
  for (const family of chosen) if (!(await play(family, seed))) bad.push(family.name);
  if (bad.length === 0) return console.log('all zero');
  console.log(`FAILED: ${bad.join(', ')}. Play them again with: npm run faults ${bad.join(' ')} -- --seed ${seed}`);
  process.exitCode = 1;
}

function options() {
  try {
    return parseArgs({
      options: { seed: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (error) {
    return refuse(`${error.message}\n\n${USAGE}`);
  }
}

function refuse(why) {
  console.error(why);
  process.exit(2);
}

/** The first comment of a family says what it does. */
function list() {
  for (const { name, file, isTest } of families) {
    const about = /(?:\/\*\*([\s\S]*?)\*\/|^\/\/ (.*))/m.exec(readFileSync(file, 'utf8'));
    const text = (about[1] ?? about[2])
      .replace(/^\s*\*/gm, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    console.log(`${name}${isTest ? ' (the test suite runs it too)' : ''}\n${wrapped(text)}`);
  }
}

function wrapped(text) {
  return text.replace(/(.{1,76})(?: |$)/g, '    $1\n').trimEnd();
}

/** Plays one family and prints its line. Answers whether all is zero, and counted, and a fault happened. */
async function play({ name, file }, seed) {
  const results = mkdtempSync(path.join(os.tmpdir(), 'tocsin-faults-'));
  const report = path.join(results, 'report.json');
  const startedAt = Date.now();
  try {
    const jest = [require.resolve('jest/bin/jest'), '--config', path.join(root, 'jest.config.js'), '--runInBand'];
    const { code, output } = await run([...jest, '--forceExit', '--silent', '--testMatch', file], {
      ...process.env,
      SEED: String(seed),
      TOCSIN_FAULTS_REPORT: report,
    });
    const counted = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    console.log(`${name.padEnd(18)} ${counts(counted)}  ${seconds} s${code === 0 ? '' : '  FAILED'}`);
    console.log(`    happened: ${happened(counted) || 'NOTHING'}`);
    for (const { harm, what } of counted?.found ?? []) console.log(`    ${harm}: ${what}`);
    for (const [harm, because] of Object.entries(counted?.impossible ?? {})) console.log(`    no ${harm}: ${because}`);
    if (code !== 0) console.log(firstFailure(output).replace(/^/gm, '    | '));
    return code === 0 && isZero(counted);
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** What failed first: the rest mostly follows from it. */
function firstFailure(output) {
  const at = output.indexOf('●');
  return at < 0 ? output.slice(-4_000) : output.slice(at, at + 4_000);
}

function counts(counted) {
  return HARMS.map((harm) => {
    if (counted?.impossible[harm]) return `${harm} -`;
    const of = counted?.of[harm] ?? 0;
    if (of === 0) return `${harm} NOT COUNTED`;
    return `${harm} ${counted.found.filter((each) => each.harm === harm).length} of ${of}`;
  }).join('  ');
}

/** The faults that really happened: a family without any shows nothing. */
function happened(counted) {
  return Object.entries(counted?.injected ?? {})
    .map(([fault, times]) => `${fault} (${times})`)
    .join(', ');
}

function isZero(counted) {
  if (!counted || counted.found.length > 0 || !happened(counted)) return false;
  return HARMS.every((harm) => counted.of[harm] > 0 || counted.impossible[harm]);
}

/** Runs it, and keeps the end of what it writes. */
function run(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-60_000);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
