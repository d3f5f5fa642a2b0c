/** The workflow bundle: built once by `npm run build`, loaded by every worker and by the tests. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';
import { packageRoot } from '../platform/package-root';

const COMPILED = path.join(packageRoot(), 'dist', 'workflows');
const FILE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');

/**
 * Names of the language as names of the script. In a context of `node:vm` each reading of a global goes through an interceptor
 * (some 0.4 µs: a replay then spends half its time on `Math` and `Object`). Those that Temporal puts others in the place of
 * (`Date`, `WeakRef`, `FinalizationRegistry`, the timers) must stay global. On the first line, so that no line moves.
 */
const OWN_NAMES =
  'const { Array, BigInt, Boolean, Error, Intl, JSON, Map, Math, Number, Object, Promise, RangeError, Reflect, RegExp, ' +
  'Set, String, Symbol, TypeError, WeakMap } = globalThis;';

/** Modules of `workflows/lib` that take part in every workflow. */
const INTERCEPTORS = ['whole-tasks.js', 'answers.js', 'details-when-asked.js'];

/** Bundles compiled workflows (by default those in `dist/workflows`) into one script; returns its code. */
export async function bundleWorkflows(workflowsPath = path.join(COMPILED, 'index.js')): Promise<string> {
  const payloadConverterPath = path.join(COMPILED, 'lib', 'payload-converter.js');
  const failureConverterPath = path.join(COMPILED, 'lib', 'failure-converter.js');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.error, error: console.error, log() {} };
  const workflowInterceptorModules = INTERCEPTORS.map((file) => path.join(COMPILED, 'lib', file));
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    payloadConverterPath,
    failureConverterPath,
    preloadModules: ['zod', ...domainOfWorkflows()],
    webpackConfigHook: (config) => ({
      ...config,
      module: { ...config.module, rules: [...(config.module?.rules ?? []), FREEZE_DOMAIN] },
    }),
    logger: quiet,
  });
  return `${OWN_NAMES} ${code}`;
}

/**
 * The modules of the domain, and zod, are loaded once for all the workflows of a thread instead of once for each: they are
 * pure, and made three quarters of what a sleeping incident took. So that none keeps anything of a workflow, what they export is
 * frozen, but for the schemas, which the SDK would freeze too: those fill in parts of themselves later.
 */
const FREEZE_DOMAIN = {
  include: path.join(packageRoot(), 'dist', 'domain'),
  exclude: path.join(packageRoot(), 'dist', 'domain', 'kernel', 'freeze-plain.js'),
  use: path.join(__dirname, 'freezing-loader.js'),
};

const REQUIRED_OF_DOMAIN = /require\("((?:\.\.\/)+domain\/[^"]+)"\)/g;

/** Every module of the domain that a workflow imports, and so all of those that they import. */
function domainOfWorkflows(): string[] {
  const found = readdirSync(COMPILED, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const file = path.join(COMPILED, name);
      const required = readFileSync(file, 'utf8').matchAll(REQUIRED_OF_DOMAIN);
      return Array.from(required, ([, to]) => `${path.join(path.dirname(file), to!)}.js`);
    });
  return [...new Set(found)].sort();
}

/** The bundle that the build left. Throws when there was no build yet. */
export function builtBundle(): WorkflowBundle {
  if (!existsSync(FILE)) throw new Error('the workflow bundle is missing: run `npm run build` first');
  return { code: readFileSync(FILE, 'utf8') };
}
