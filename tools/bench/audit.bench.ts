/**
 * npm run bench audit [LINES]: the verifier of audit logs against a program that only reads, parses and hashes each line.
 * Each in a process of its own, on one thread, interleaved, over the same file. Bars: ≥ 0.25 of the lines a second, and
 * a peak memory at LINES (10,000,000 by default) within 48 MB of that at 100,000.
 */
import { execFile } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { GENESIS, sha256Hex } from '../../detection/audit/entry';
import type { ChildFigures } from './audit-child';

const BAR = 0.25;
const MEMORY_MARGIN_MB = 48;
const DEFAULT_LINES = 10_000_000;
const FEW_LINES = 100_000;
const ROUNDS = 3;
const BYTES_A_LINE = 400;

/** How the lines are written: as Tocsin's writer does, or as most programs would, in the order of the documentation. */
type Form = 'canonical' | 'as documented';

export async function main([given]: string[]): Promise<boolean> {
  const lines = Number(given ?? DEFAULT_LINES);
  if (!Number.isInteger(lines) || lines < FEW_LINES) {
    throw new Error(`LINES must be a whole number from ${FEW_LINES} on, not "${given}"`);
  }
  const dir = mkdtempSync(path.join(tmpdir(), 'tocsin-audit-bench-'));
  try {
    const { bavail, bsize } = statfsSync(dir);
    const neededMb = (lines * BYTES_A_LINE * 1.3) / 1e6;
    if ((bavail * bsize) / 1e6 < neededMb) throw new Error(`${dir} needs ${Math.ceil(neededMb)} MB of free space`);

    const few = write(path.join(dir, 'few.jsonl'), FEW_LINES, 'canonical');
    const many = write(path.join(dir, 'many.jsonl'), lines, 'canonical');
    console.log(
      `${lines.toLocaleString('en')} lines, ${Math.round(statSync(many).size / 1e6).toLocaleString('en')} MB`,
    );
    const canonical = await compare('canonical', many);
    rmSync(many);
    const documented = await compare(
      'as documented',
      write(path.join(dir, 'other.jsonl'), Math.max(FEW_LINES, lines / 10), 'as documented'),
    );
    const small = (await side('verify', few)).peakMb;

    const speed = canonical.ratio >= BAR && documented.ratio >= BAR;
    const grown = canonical.peakMb - small;
    const constant = grown <= MEMORY_MARGIN_MB;
    console.log(
      `audit verify, lines a second ÷ bare: ${canonical.ratio.toFixed(2)} canonical, ${documented.ratio.toFixed(2)} as documented ` +
        `(medians of ${ROUNDS}; bar ≥ ${BAR}) ${speed ? 'holds' : 'DOES NOT HOLD'}`,
    );
    console.log(
      `peak memory: ${small.toFixed(0)} MB at ${FEW_LINES.toLocaleString('en')} lines, ${canonical.peakMb.toFixed(0)} MB at ` +
        `${lines.toLocaleString('en')} (bar: at most ${MEMORY_MARGIN_MB} MB more) ${constant ? 'holds' : 'DOES NOT HOLD'}`,
    );
    return speed && constant;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function compare(form: Form, file: string): Promise<{ ratio: number; peakMb: number }> {
  const ratios: number[] = [];
  let peakMb = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const order = round % 2 === 1 ? (['verify', 'bare'] as const) : (['bare', 'verify'] as const);
    const rates = { verify: 0, bare: 0 };
    const cpu = { verify: 0, bare: 0 };
    for (const each of order) {
      const figures = await side(each, file);
      rates[each] = figures.lines / figures.seconds;
      cpu[each] = figures.cpuSeconds;
      if (each === 'verify') peakMb = Math.max(peakMb, figures.peakMb);
    }
    ratios.push(rates.verify / rates.bare);
    const [verify, bare] = [rates.verify, rates.bare].map((rate) => Math.round(rate).toLocaleString('en'));
    console.log(
      `${form}, round ${round}: verify ${verify}/s, bare ${bare}/s, ratio ${ratios.at(-1)!.toFixed(2)} (by processor time ${(cpu.bare / cpu.verify).toFixed(2)})`,
    );
  }
  return { ratio: ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!, peakMb };
}

async function side(name: 'verify' | 'bare', file: string): Promise<ChildFigures> {
  const script = path.join(__dirname, 'audit-child.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, file]);
  return JSON.parse(stdout) as ChildFigures;
}

/** Writes a sound log. By hand, as writing ten million lines is not what is measured. */
function write(file: string, lines: number, form: Form): string {
  const out = openSync(file, 'wx');
  let prev = GENESIS;
  let batch: string[] = [];
  for (let seq = 1; seq <= lines; seq++) {
    const at = new Date(1_775_000_000_000 + seq * 250).toISOString();
    const fields = {
      action: `"${['session.opened', 'member.role.changed', 'export.requested'][seq % 3]}"`,
      actor: `"user-${seq % 997}"`,
      at: `"${at}"`,
      data: `{"previous":"viewer","role":"editor","via":"${seq % 50 === 0 ? 'Zürich' : 'api'}"}`,
      ip: `"203.0.113.${seq % 250}"`,
      target: `"ws-${seq % 1009}/members/${seq}"`,
    };
    const { action, actor, data, ip, target } = fields;
    const before = `{"action":${action},"actor":${actor},"at":${fields.at},"data":${data},`;
    const after = `"ip":${ip},"prev":"${prev}","seq":${seq},"target":${target}}`;
    const hash = sha256Hex(Buffer.from(before + after));
    batch.push(
      form === 'canonical'
        ? `${before}"hash":"${hash}",${after}\n`
        : `{"seq":${seq},"at":${fields.at},"actor":${actor},"action":${action},"target":${target},"ip":${ip},` +
            `"data":{"role":"editor","previous":"viewer","via":${data.slice(data.lastIndexOf(':') + 1)},"prev":"${prev}","hash":"${hash}"}\n`,
    );
    prev = hash;
    if (batch.length === 10_000 || seq === lines) {
      writeSync(out, batch.join(''));
      batch = [];
    }
  }
  closeSync(out);
  return file;
}
