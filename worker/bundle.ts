/** The workflow bundle: built once by `npm run build`, loaded by every worker and by the tests. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';
import { packageRoot } from '../platform/package-root';

const COMPILED = path.join(packageRoot(), 'dist', 'workflows');
const FILE = path.join(packageRoot(), 'dist', 'workflow-bundle.js');

/** Bundles compiled workflows (by default those in `dist/workflows`) into one script; returns its code. */
export async function bundleWorkflows(workflowsPath = path.join(COMPILED, 'index.js')): Promise<string> {
  const payloadConverterPath = path.join(COMPILED, 'lib', 'payload-converter.js');
  const failureConverterPath = path.join(COMPILED, 'lib', 'failure-converter.js');
  const quiet = { trace() {}, debug() {}, info() {}, warn: console.error, error: console.error, log() {} };
  const workflowInterceptorModules = ['whole-tasks.js', 'answers.js'].map((file) => path.join(COMPILED, 'lib', file));
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    payloadConverterPath,
    failureConverterPath,
    logger: quiet,
  });
  return code;
}

/** The bundle that the build left. Throws when there was no build yet. */
export function builtBundle(): WorkflowBundle {
  if (!existsSync(FILE)) throw new Error('the workflow bundle is missing: run `npm run build` first');
  return { code: readFileSync(FILE, 'utf8') };
}
