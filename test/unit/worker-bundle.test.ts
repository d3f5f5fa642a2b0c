/**
 * The workflows of a worker share the domain: each is loaded once for all of them, and so may keep nothing that belongs to one.
 * See `preloadModules` in the SDK's bundler.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, Script } from 'node:vm';
import { injectGlobals } from '@temporalio/worker/lib/workflow/vm-shared';
import { builtBundle } from '../../worker/bundle';

interface Module {
  exports: Record<string, unknown>;
}

/** The modules that a thread loads once, and those that it loads again for each workflow, by their names. */
function loaded(): { shared: Map<string, Module>; own: Map<string, Module> } {
  const shared = new Map<string, Module>();
  const own = new Map<string, Module>();
  let into = shared;
  const context = createContext({
    __webpack_module_cache__: new Proxy<Record<string, Module>>(
      {},
      {
        get: (_, name) => shared.get(String(name)) ?? own.get(String(name)),
        set: (_, name, value) => Boolean(into.set(String(name), value)),
      },
    ),
  });
  injectGlobals(context);
  const { code } = builtBundle() as { code: string };
  new Script(code).runInContext(context);
  new Script('__TEMPORAL__.preloadModules()').runInContext(context);
  into = own;
  new Script('__TEMPORAL__.importWorkflows()').runInContext(context);
  return { shared, own };
}

const { shared, own } = loaded();
const isDomain = (name: string) => name.startsWith('./dist/domain/');

test('what each workflow loads by itself is the workflows, and nothing of the domain or of zod', () => {
  expect([...shared.keys()].filter(isDomain).length).toBeGreaterThan(100);
  expect([...own.keys()].filter((name) => !name.startsWith('./dist/workflows/'))).toEqual([]);
});

test('what the workflows share is frozen, but for schemas', () => {
  const loose: string[] = [];
  const seen = new Set<unknown>();
  const look = (value: unknown, at: string) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const [, kind] = /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value))!;
    const isPlain = kind === 'Array' || Object.getPrototypeOf(value)?.constructor?.name === 'Object';
    if (!isPlain) return;
    if (!Object.isFrozen(value)) loose.push(at);
    for (const [name, each] of Object.entries(value)) look(each, `${at}.${name}`);
  };
  for (const [name, { exports }] of shared) if (isDomain(name)) look(exports, name);
  expect(loose.filter((name) => !name.includes('kernel/freeze-plain'))).toEqual([]);
});

/** Answers that were worked out and are kept: the same for every workflow, as they follow from what was asked alone. */
const KEPT = [
  'domain/incident/applies.ts: ofRules',
  'domain/incident/applies.ts: verdicts',
  'domain/incident/notice-now.ts: notices',
  'domain/incident/room.ts: measured',
  'domain/incident/say/say.ts: formats',
  'domain/kernel/bytes.ts: sizes',
];

/** What may change: collections that begin empty (lists and objects only where they are not exported, which freezes them). */
const FILLED = [
  /^(?:export )?const (\w+)(?:: [^=]+)? = new (?:Weak)?(?:Map|Set)\b[^(]*\(\);/,
  /^const (\w+)(?:: [^=]+)? = (?:\[\]|\{\});/,
  /^(?:export )?(?:let|var) (\w+)/,
];

test('no module of the domain keeps anything between two calls, but answers that follow from what was asked', () => {
  const root = path.resolve(__dirname, '..', '..');
  const files = readdirSync(path.join(root, 'domain'), { recursive: true, encoding: 'utf8' });
  const state = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const lines = readFileSync(path.join(root, 'domain', name), 'utf8').split('\n');
      const names = lines.flatMap((line) => FILLED.flatMap((filled) => filled.exec(line)?.[1] ?? []));
      return names.map((found) => `domain/${name}: ${found}`);
    });
  expect(state.sort()).toEqual(KEPT);
});
