import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkPinned } from '../platform/digests';
import { findOnPath } from '../platform/find-on-path';
import { cacheDir } from '../platform/folders';
import { acceptsConnections, freePort } from '../platform/free-port';
import { installedPath, installWhole } from '../platform/install-whole';
import { reportStep, type Step } from '../platform/report-step';
import { runCommand } from '../platform/run-command';
import { startServerProcess } from '../platform/server-process';
import { untrusted } from '../platform/trusted-file';
import { download, extractTarGz } from './download';

const VERSION = '1.38.0';
const JARS = `temporal-test-server-${VERSION}`;
const DOWNLOADED = 'temporal-test-server-sdk';

// The SDK's core calls it as `launcher PORT`, and waits 5 s at most: the two -XX flags halve the start of a short run.
// Without --enable-time-skipping the server starts with its clock locked, which the SDK's test environment relies on:
// it unlocks the clock while a result is awaited. With it the clock runs ahead by years. So it is passed on, not added.
// `exec`: the process id that is killed in the end is Java's.
const LAUNCHER = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
port=$1
shift
flag=
for given in "$@"; do
  case $given in
    --enable-time-skipping) flag=$given ;;
    *) echo "temporal-test-server: ignoring the argument $given, which this server does not know" >&2 ;;
  esac
done
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$here/lib/*" io.temporal.testserver.TestServer "$port" $flag
`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tocsin</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <!-- keeps the logging facade from complaining at each start that it has nothing to log to -->
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * The path of a time-skipping server, to give as `existing-path` to `TestWorkflowEnvironment.createTimeSkipping`:
 * `TEMPORAL_TEST_SERVER_PATH`, then Tocsin's cache, which must be what was installed into it; when there is none
 * it is downloaded as the SDK does it, or fetched as jars through Maven behind a launcher script.
 * What is installed has been started once before it is answered. Rejects with what to do.
 */
export async function testServerExecutable(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env.TEMPORAL_TEST_SERVER_PATH) {
    if (existsSync(env.TEMPORAL_TEST_SERVER_PATH)) return env.TEMPORAL_TEST_SERVER_PATH;
    throw new Error(
      `TEMPORAL_TEST_SERVER_PATH is "${env.TEMPORAL_TEST_SERVER_PATH}", where there is no file: ` +
        'give the path of a Temporal test server, or unset it to let Tocsin find one',
    );
  }
  for (const name of [DOWNLOADED, JARS]) {
    const file = path.join(installedPath(name, cacheDir(env)), 'temporal-test-server');
    if (!existsSync(file) || untrusted(file)) continue;
    await checkPinned(path.dirname(file));
    return file;
  }
  return reportStep('Test server', async (step) => {
    const got = await install(step, env);
    step.chose(got.chosen);
    return got.path;
  });
}

async function install(step: Step, env: NodeJS.ProcessEnv): Promise<{ path: string; chosen: string }> {
  const options = { base: cacheDir(env), onWait: step.progress };
  let downloadError: Error;
  try {
    const dir = await installWhole(DOWNLOADED, (into) => downloadServer(into, step), options);
    return { path: path.join(dir, 'temporal-test-server'), chosen: 'downloaded' };
  } catch (error) {
    downloadError = error as Error;
  }
  const missing = ['mvn', 'java'].filter((name) => !findOnPath(name, env) && !(name === 'java' && env.JAVA_HOME));
  if (missing.length > 0) {
    throw new Error(
      `no time-skipping test server: the download failed (${downloadError.message.split('\n')[0]}), and to run it ` +
        `from its jars ${missing.join(' and ')} must be installed. Do that (a JDK of version 11 or later, Maven 3), or ` +
        'name a Temporal test server in TEMPORAL_TEST_SERVER_PATH',
    );
  }
  const dir = await installWhole(JARS, (into) => fetchJars(into, step), options);
  return { path: path.join(dir, 'temporal-test-server'), chosen: `${VERSION} on Java, from Maven` };
}

async function downloadServer(into: string, step: Step): Promise<void> {
  step.progress('downloading');
  const archive = path.join(into, 'archive');
  const { fileToExtract } = await download('temporal-test-server', {}, archive, (mib) =>
    step.progress(`downloading, ${mib} MiB`),
  );
  await extractTarGz(archive, into);
  const file = path.join(into, 'temporal-test-server');
  writeFileSync(file, `#!/bin/sh\nexec "$(dirname "$0")/${fileToExtract}" "$@"\n`, { mode: 0o755 });
  if (!(await starts(file))) throw new Error('the downloaded test server does not start');
}

async function fetchJars(into: string, step: Step): Promise<void> {
  step.progress(`fetching ${VERSION} and its dependencies through Maven, once`);
  const pom = path.join(into, 'pom.xml');
  writeFileSync(pom, POM);
  let fetched = 0;
  await runCommand(
    'mvn',
    ['-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${path.join(into, 'lib')}`],
    {
      fetches: true,
      timeoutMs: 10 * 60_000,
      onLine: (line) => {
        if (line.includes('Downloaded from')) step.progress(`fetching through Maven, ${++fetched} files`);
      },
    },
  );
  if (!readdirSync(path.join(into, 'lib')).some((name) => name === `${JARS}.jar`)) {
    throw new Error(`Maven ended well but did not fetch ${JARS}.jar: clear its local repository and try again`);
  }
  rmSync(pom);
  const launcher = path.join(into, 'temporal-test-server');
  writeFileSync(launcher, LAUNCHER);
  chmodSync(launcher, 0o755);
  step.progress('trying it');
  if (!(await starts(launcher)))
    throw new Error(`the test server does not start on this Java: run "${launcher} 7233" to see why`);
}

async function starts(file: string): Promise<boolean> {
  const port = await freePort();
  try {
    const server = await startServerProcess({
      name: 'The test server',
      command: file,
      args: [String(port)],
      ready: () => acceptsConnections(port),
      readyWithinMs: 20_000,
    });
    await server.kill();
    return true;
  } catch {
    return false;
  }
}

/**
 * A launcher in `dir` that writes its process id to `pidFile` and becomes `executable`: the SDK does not say the id of
 * the server it starts, and whoever starts one must be able to end it, also after a crash.
 */
export function tracedLauncher(
  executable: string,
  dir: string,
): { path: string; pidFile: string; pid(): number | undefined } {
  const launcher = path.join(dir, 'launcher');
  const pidFile = path.join(dir, 'pid');
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  writeFileSync(launcher, `#!/bin/sh\necho $$ > ${quote(pidFile)}\nexec ${quote(executable)} "$@"\n`, { mode: 0o755 });
  const pid = () => (existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : undefined);
  return { path: launcher, pidFile, pid };
}
