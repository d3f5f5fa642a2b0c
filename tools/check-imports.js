// Checks that imports point one way: cli → worker → settings → detection → activities → register → postgres, policy
// → domain. No folders that stand side by side import each other in a circle, at any depth, and no files do.
// Usage: node tools/check-imports.js [root]. Prints each violation as file:line, and ends with 1 when there is one.
'use strict';
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { builtinModules } = require('node:module');
const path = require('node:path');
const ts = require('typescript');

const root = path.resolve(process.argv[2] ?? path.join(__dirname, '..'));

// What each folder may import, beside itself. Types count like values, but for the two exceptions below.
const LAYERS = {
  domain: [],
  platform: [],
  policy: ['domain', 'platform'],
  postgres: ['platform'],
  client: ['domain', 'platform'],
  register: ['postgres', 'domain', 'platform'],
  activities: ['register', 'postgres', 'policy', 'domain', 'platform'],
  workflows: ['domain'],
  server: ['client', 'register', 'postgres', 'policy', 'domain', 'platform'],
  detection: ['client', 'activities', 'register', 'postgres', 'policy', 'domain', 'platform'],
  stack: ['server', 'client', 'workflows', 'activities', 'register', 'postgres', 'policy', 'domain', 'platform'],
  watchdog: ['client', 'activities', 'register', 'postgres', 'policy', 'domain', 'platform'],
  settings: [
    'watchdog',
    'server',
    'detection',
    'client',
    'activities',
    'register',
    'postgres',
    'policy',
    'domain',
    'platform',
  ],
  doctor: [
    'watchdog',
    'server',
    'settings',
    'detection',
    'client',
    'activities',
    'register',
    'postgres',
    'policy',
    'domain',
    'platform',
  ],
  worker: [
    'settings',
    'detection',
    'client',
    'workflows',
    'activities',
    'register',
    'postgres',
    'policy',
    'domain',
    'platform',
  ],
  cli: [
    'doctor',
    'worker',
    'watchdog',
    'server',
    'settings',
    'detection',
    'client',
    'activities',
    'register',
    'postgres',
    'policy',
    'domain',
    'platform',
  ],
};

// Where packages are limited: pure code, and code that runs in Temporal's sandbox.
const PACKAGES = {
  domain: ['ipaddr.js', 'zod'],
  workflows: ['@temporalio/workflow', '@temporalio/common', 'zod'],
};

// `import type` of these is allowed as well.
const TYPES_ONLY = { workflows: ['activities/types'] };

// The command that starts the stack is all that may import it; tests and the benchmark are not checked.
const STARTS_THE_STACK = ['cli/commands/up.ts', 'cli/start.ts', 'cli/commands/exercise/index.ts'];

// What the local servers read from the environment is told with all other settings.
const STACK_SETTINGS = { from: 'settings/groups.ts', to: 'stack/settings' };

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(name);
    return /\.[cm]?tsx?$/.test(entry.name) ? [name] : [];
  });
}

/** Every import of a file: static, dynamic, `require`, re-exports and types written as import('…'). */
function importsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, specifier, typeOnly) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ line: line + 1, to: specifier.text, typeOnly });
    else found.push({ line: line + 1, to: undefined, typeOnly });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node, node.moduleReference.expression, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    } else if (ts.isCallExpression(node) && isLoad(node)) add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isLoad(call) {
  const callee = call.expression;
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const { text } = callee.name;
  return text === 'require' || (text === 'resolve' && callee.expression.getText() === 'require');
}

function isTypeImport(clause) {
  if (!clause) return false; // for its effects
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  const allTypes =
    named && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly);
  return Boolean(allTypes && !clause.name);
}

function isTypeExport(node) {
  if (node.isTypeOnly) return true;
  const named = node.exportClause;
  return Boolean(
    named && ts.isNamedExports(named) && named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly),
  );
}

/** What is wrong with an import, or undefined. */
function problemOf(file, { to, typeOnly }) {
  const from = relative(file);
  const layer = from.split('/')[0];
  if (to === undefined) return PACKAGES[layer] ? 'imports what only shows at run time: name the module' : undefined;
  if (!to.startsWith('.')) return packageProblem(layer, to);
  const target = relative(path.resolve(path.dirname(file), to));
  const targetLayer = target.split('/')[0];
  if (target.startsWith('..')) return `imports ${to}, which is outside of the project`;
  if (targetLayer === layer) return undefined;
  if (targetLayer === 'stack' && STARTS_THE_STACK.includes(from)) return undefined;
  if (target === STACK_SETTINGS.to && from === STACK_SETTINGS.from) return undefined;
  if (typeOnly && TYPES_ONLY[layer]?.includes(target.replace(/(\.d)?\.[cm]?[jt]s$/, ''))) return undefined;
  if (LAYERS[layer].includes(targetLayer)) return undefined;
  if (targetLayer === 'stack')
    return `imports ${target}: only ${STARTS_THE_STACK.join(', ')} and tests may import stack/`;
  return `imports ${target}: ${layer}/ may import ${allowedOf(layer)}`;
}

function packageProblem(layer, to) {
  const allowed = PACKAGES[layer];
  if (!allowed) return undefined;
  const parts = to.split('/');
  const name = to.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
  if (allowed.includes(name)) return undefined;
  const what = to.startsWith('node:') || builtinModules.includes(name) ? `Node's ${to}` : `the package ${to}`;
  return `imports ${what}: ${layer}/ may import ${allowedOf(layer)}`;
}

function allowedOf(layer) {
  const types = (TYPES_ONLY[layer] ?? []).map((each) => `types of ${each}`);
  const folders = LAYERS[layer].map((each) => `${each}/`);
  const packages = PACKAGES[layer] ? [`the packages ${PACKAGES[layer].join(', ')}`] : [];
  return ['itself', ...folders, ...types, ...packages].join(', ');
}

function relative(file) {
  return path.relative(root, file).split(path.sep).join('/');
}

/** The file that a relative import names, as it stands in the checkout; undefined when it is none of those checked. */
function targetOf(file, to, files) {
  const name = path.resolve(path.dirname(file), to.replace(/\.[cm]?js$/, ''));
  const endings = ['', '.ts', '.tsx', '.mts', '.cts', '/index.ts'];
  return endings.map((ending) => name + ending).find((each) => files.has(each));
}

/** Where two files stand side by side in the tree: the two folders or files just below the lowest folder they share. */
function neighbours(from, to) {
  const [a, b] = [relative(from).split('/'), relative(to).split('/')];
  let depth = 0;
  while (a[depth] === b[depth]) depth++;
  const isFolder = (parts) => parts.length > depth + 1;
  return isFolder(a) && isFolder(b) ? [a, b].map((parts) => parts.slice(0, depth + 1).join('/')) : undefined;
}

/** Circles of folders side by side, at any depth, each with one import for every step. */
function folderCircles(graph) {
  const folders = new Map();
  const examples = new Map();
  for (const [from, targets] of graph) {
    for (const to of targets) {
      const [a, b] = neighbours(from, to) ?? [];
      if (!a) continue;
      folders.set(a, (folders.get(a) ?? new Set()).add(b));
      examples.set(`${a} ${b}`, examples.get(`${a} ${b}`) ?? `${relative(from)} → ${relative(to)}`);
    }
  }
  return circlesIn(folders).map((circle) => {
    const steps = circle.slice(1).map((to, i) => examples.get(`${circle[i]} ${to}`));
    if (circle.length === 3) return `${circle[0]} and ${circle[1]} import each other: ${steps.join(', ')}`;
    return `a circle of folders: ${circle.join(' → ')}: ${steps.join(', ')}`;
  });
}

/** Circles of files, each as the path that leads back to where it began. */
function fileCircles(graph) {
  return circlesIn(graph).map((circle) => `a circle: ${circle.map(relative).join(' → ')}`);
}

/** At least one circle of every group of nodes that has any, as the nodes from the first back to it. */
function circlesIn(graph) {
  const found = [];
  const done = new Set();
  const walk = (node, trail) => {
    const at = trail.indexOf(node);
    if (at >= 0) found.push([...trail.slice(at), node]);
    if (at >= 0 || done.has(node)) return;
    for (const to of graph.get(node) ?? []) walk(to, [...trail, node]);
    done.add(node);
  };
  for (const node of [...graph.keys()].sort()) walk(node, []);
  return found;
}

const violations = [];
const graph = new Map();
const layers = Object.keys(LAYERS).filter((layer) => existsSync(path.join(root, layer)));
const files = new Set(layers.flatMap((layer) => filesBelow(path.join(root, layer))));
for (const file of files) {
  const imports = importsOf(file);
  for (const each of imports) {
    const problem = problemOf(file, each);
    if (problem) violations.push(`${relative(file)}:${each.line}: ${problem}`);
  }
  const targets = imports.flatMap(({ to }) => (to?.startsWith('.') ? [targetOf(file, to, files)] : []));
  graph.set(file, new Set(targets.filter(Boolean)));
}
violations.push(...folderCircles(graph), ...fileCircles(graph));
if (files.size === 0) violations.push(`${root}: there is no TypeScript to check: give the folder of the repository`);
for (const violation of violations) console.error(violation);
if (violations.length > 0) {
  console.error(
    `${violations.length} wrong imports. The direction: cli → worker → detection → activities → register → postgres, ` +
      'policy → domain; platform serves all but domain and workflows.',
  );
  process.exitCode = 1;
} else {
  console.log(`the imports of ${files.size} files point the right way, no circle of folders, no circle of files`);
}
