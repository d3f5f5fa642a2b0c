import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { checkPinned } from '../platform/digests';
import { findOnPath } from '../platform/find-on-path';
import { cacheDir } from '../platform/folders';
import { installedPath, installWhole } from '../platform/install-whole';
import { reportStep, type Step } from '../platform/report-step';
import { runCommand } from '../platform/run-command';
import { untrusted } from '../platform/trusted-file';
import { download, extractTarGz } from './download';

/** The newest release of the Temporal CLI that `go install` can build; later ones have a `replace` in their go.mod. */
export const GO_INSTALL_TARGET = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** An executable that answered `--version`, and how it was found. */
export interface ResolvedExecutable {
  path: string;
  /** For people: where it came from and its version. */
  chosen: string;
}

/** Where a found command came from, for people. */
const CACHE = "Tocsin's cache";

const exe = process.platform === 'win32' ? '.exe' : '';

/**
 * The path of a working `temporal` command. See `resolveTemporalExecutable` for the order of places; reports the
 * search as a step on standard error when something has to be installed.
 */
export async function temporalExecutable(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const there = await findTemporalExecutable(env);
  if (there) return there.path;
  return reportStep('Temporal CLI', async (step) => {
    const got = await installTemporalExecutable(step, env);
    step.chose(got.chosen);
    return got.path;
  });
}

/**
 * A working `temporal` command: `TEMPORAL_CLI_PATH`, then `PATH`, then Tocsin's cache, which must be what was
 * installed into it. The temporary folder is no place to look: anybody may have put a file there. When there is none, it is
 * downloaded as the SDK does it or, without reach of the download host, built by `go install` (about 6 minutes, once for all
 * clones).
 * Rejects when `TEMPORAL_CLI_PATH` does not work, or nothing could be installed; the message says how to go on.
 */
export async function resolveTemporalExecutable(
  step: Step,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ResolvedExecutable> {
  return (await findTemporalExecutable(env)) ?? installTemporalExecutable(step, env);
}

async function findTemporalExecutable(env: NodeJS.ProcessEnv): Promise<ResolvedExecutable | undefined> {
  if (env.TEMPORAL_CLI_PATH) {
    const problem = existsSync(env.TEMPORAL_CLI_PATH) ? untrusted(env.TEMPORAL_CLI_PATH) : undefined;
    if (problem) throw new Error(`TEMPORAL_CLI_PATH is "${env.TEMPORAL_CLI_PATH}", which is not started: ${problem}`);
    const version = await versionOf(env.TEMPORAL_CLI_PATH);
    if (version) return { path: env.TEMPORAL_CLI_PATH, chosen: `TEMPORAL_CLI_PATH (${version})` };
    throw new Error(
      `TEMPORAL_CLI_PATH is "${env.TEMPORAL_CLI_PATH}", which does not answer "--version": ` +
        'give the path of a Temporal CLI, or unset it to let Tocsin find one',
    );
  }
  const candidates: [string | undefined, string][] = [
    [findOnPath('temporal', env), 'temporal on PATH'],
    [path.join(installedPath('temporal-cli-sdk', cacheDir(env)), `temporal${exe}`), CACHE],
    [path.join(installedPath('temporal-cli-go', cacheDir(env)), `temporal${exe}`), CACHE],
  ];
  for (const [candidate, origin] of candidates) {
    if (!candidate || !existsSync(candidate)) continue;
    if (untrusted(candidate)) continue;
    if (origin === CACHE) await checkPinned(path.dirname(candidate));
    const version = await versionOf(candidate);
    if (version) return { path: candidate, chosen: `${origin} (${version})` };
  }
  return undefined;
}

async function installTemporalExecutable(step: Step, env: NodeJS.ProcessEnv): Promise<ResolvedExecutable> {
  const options = { base: cacheDir(env), onWait: step.progress };
  let downloadError: Error;
  try {
    const dir = await installWhole('temporal-cli-sdk', (into) => downloadTemporal(into, step), options);
    const file = path.join(dir, `temporal${exe}`);
    return { path: file, chosen: `a download (${await versionOf(file)})` };
  } catch (error) {
    downloadError = error as Error;
  }
  if (!findOnPath('go', env)) {
    throw new Error(
      'no Temporal server to start: there is no "temporal" command on PATH, the download failed ' +
        `(${downloadError.message.split('\n')[0]}), and there is no Go to build one. Do one of these: set ` +
        'TEMPORAL_ADDRESS to a running Temporal; install the Temporal CLI (https://docs.temporal.io/cli) and put it on ' +
        'PATH or name it in TEMPORAL_CLI_PATH; or install Go (https://go.dev/dl) and run this again',
    );
  }
  const dir = await installWhole('temporal-cli-go', (into) => goInstall(into, step, env), options);
  const file = path.join(dir, `temporal${exe}`);
  return { path: file, chosen: `a build by go install (${await versionOf(file)})` };
}

// The address and parameters are those of the SDK's own download (ephemeral_server/mod.rs in its core). The SDK keeps
// a partial file for ever; here the folder appears only after the command has answered.
async function downloadTemporal(into: string, step: Step): Promise<void> {
  step.progress('downloading the Temporal CLI');
  const archive = path.join(into, 'temporal.tar.gz');
  await download('cli', { format: 'tar.gz' }, archive, (mib) =>
    step.progress(`downloading the Temporal CLI, ${mib} MiB`),
  );
  await extractTarGz(archive, into);
  const file = path.join(into, `temporal${exe}`);
  if (!(await versionOf(file))) throw new Error('the downloaded Temporal CLI does not answer "--version"');
}

async function goInstall(into: string, step: Step, env: NodeJS.ProcessEnv): Promise<void> {
  const note = 'building the Temporal CLI with go install: about 6 minutes, once';
  step.progress(note);
  let packages = 0;
  try {
    await runCommand('go', ['install', '-v', GO_INSTALL_TARGET], {
      env,
      fetches: true,
      set: { GOBIN: into, CGO_ENABLED: '0', GOFLAGS: '' },
      timeoutMs: 45 * 60_000,
      onLine: (line) => {
        if (line.startsWith('go: downloading')) step.progress(`${note}; fetching ${line.slice(16).split(' ')[0]}`);
        else step.progress(`${note}; ${++packages} packages compiled`);
      },
    });
  } catch (error) {
    throw new Error(
      `the Temporal CLI could not be built: ${(error as Error).message}\nCheck that GOPROXY is in reach and that ` +
        'Go is recent, or install the Temporal CLI yourself and name it in TEMPORAL_CLI_PATH',
    );
  }
  const built = path.join(into, `temporal${exe}`);
  if (!existsSync(built)) renameSync(path.join(into, 'bin', `temporal${exe}`), built);
  if (!(await versionOf(built))) throw new Error(`the built ${built} does not answer "--version"`);
}

/** The version that a Temporal CLI answers, or undefined when the file is missing, partial or something else. */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const out = await runCommand(file, ['--version'], { timeoutMs: 20_000 });
    return /temporal version (.+)/.exec(out)?.[1]?.trim();
  } catch {
    return undefined;
  }
}
