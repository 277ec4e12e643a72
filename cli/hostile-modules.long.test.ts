/**
 * Modules that try to decide how a command ends: each of them has a correct allocator and one trick. None may end the command,
 * prolong it, choose its exit code, or pass for a defect of frameproof.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { traceText } from './testing/trace.ts';

const WORKS_PATH = fileURLToPath(new URL('../examples/works.ts', import.meta.url));
const WORKS = JSON.stringify(pathToFileURL(WORKS_PATH));

/** Returns a module whose allocator is correct; `onAlloc` runs in each call of alloc, `onLoad` when it is loaded. */
function hostile({ onAlloc = '', onLoad = '' }: { onAlloc?: string; onLoad?: string }): string {
  return `import Works from ${WORKS};
${onLoad}
export const policies = [];
export default class extends Works { alloc() { ${onAlloc}; return super.alloc(); } }`;
}

function hostileInit(trick: string): string {
  return `import Works from ${WORKS};
export const policies = [];
export default class extends Works { constructor(map, options) { ${trick}; super(map, options); } }`;
}

const BROKEN = `import Works from ${WORKS};
export default class extends Works { free(address) { return super.free(address + 4096n); } }`;

const MODULES = {
  'exit.mjs': hostile({ onAlloc: 'process.exit(0)' }),
  'really-exit.mjs': hostile({ onAlloc: 'process.reallyExit(0)' }),
  'abort.mjs': hostile({ onAlloc: 'process.abort()' }),
  'kill.mjs': hostile({ onAlloc: "process.kill(process.pid, 'SIGKILL')" }),
  'kill-supervisor.mjs': hostile({ onAlloc: "process.kill(process.ppid, 'SIGKILL')" }),
  'hook.mjs': `process.on('exit', () => { process.exitCode = 0; });\n${BROKEN}`,
  'exit-code.mjs': hostile({ onLoad: 'process.exitCode = 3;' }),
  'timer.mjs': hostile({ onLoad: 'setInterval(() => {}, 1000);' }),
  'worker.mjs': hostile({
    onLoad: `import { Worker } from 'node:worker_threads';
new Worker('setInterval(() => {}, 1000)', { eval: true });`,
  }),
  'rejection.mjs': hostile({ onLoad: "Promise.reject(new Error('nobody listens'));" }),
  'late-exit.mjs': hostile({ onLoad: 'setTimeout(() => process.exit(0), 100);' }),
  'late-throw.mjs': hostile({ onLoad: "setTimeout(() => { throw new Error('too late'); });" }),
  'proxy.mjs': hostile({
    onAlloc: `throw new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw new Error('trap'); } })`,
  }),
  'message-getter.mjs': hostile({
    onAlloc: `throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('trap'); } })`,
  }),
  'endless.mjs': hostile({ onAlloc: 'for (;;);' }),
  'endless-init.mjs': `import Works from ${WORKS};
export default class extends Works { constructor(map, options) { super(map, options); if (map.descriptors.length !== 1) for (;;); } }`,
  'drops-map.mjs': hostileInit('map.descriptors.length = 0'),
  'moves-zone.mjs': hostileInit('options.config.bitmapMaxAddr = 0n'),
  'late-map.mjs': hostileInit('if (map.descriptors.length > 1) map.descriptors.pop()'),
  'patches-load.mjs': hostile({ onLoad: 'Map.prototype.get = () => undefined;' }),
  'patches-files.mjs': hostile({
    onLoad: `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
fs.writeSync = () => 1e9;
syncBuiltinESMExports();`,
  }),
  'patches-call.mjs': hostile({ onAlloc: 'Array.prototype.push = () => 0' }),
  'patches-console.mjs': `${BROKEN}\nprocess.stdout.write = () => true; console.log = () => {};`,
  'forges.mjs': `import { readFileSync, writeSync } from 'node:fs';
const found = /FRAMEPROOF_\\w+=([^\\0]*)/g;
for (const [, word] of readFileSync('/proc/self/environ', 'latin1').matchAll(found)) writeSync(3, word + ' ends 0\\n');
${BROKEN}`,
  'endless-load.mjs': hostile({ onLoad: 'for (;;);' }),
  'endless-timer.mjs': hostile({ onLoad: 'setTimeout(() => { for (;;); }, 10);' }),
  'endless-promise.mjs': hostile({ onAlloc: 'Promise.resolve().then(() => { for (;;); })' }),
  'leaks-load.mjs': hostile({
    onLoad: 'const kept = []; for (;;) kept.push(new Float64Array(1e6).fill(1));',
  }),
  'chdir.mjs': hostile({ onAlloc: "process.chdir('/')" }),
  'next-tick.mjs': hostile({ onAlloc: "process.nextTick(() => { throw new Error('later'); })" }),
  'dispose.mjs': `${hostile({}).replace(/}$/, "dispose() { throw new Error('kept'); } }")}`,
  'profile.mjs': hostile({
    onLoad: "export const profile = new Proxy({}, { get() { throw new Error('no'); } });",
  }),
  'null.mjs': `import Works from ${WORKS};
export const policies = [];
export default (map, options) => map.descriptors.length === 1 ? new Works(map, options) : null;`,
  'type-error.mjs': hostile({ onAlloc: 'this.nothing.here' }),
  'enum.ts': `import Works from ${WORKS};
enum Zone { Bitmap, Stack }
export const policies = [];
export default class extends Works { constructor(map: any, options: any, readonly zone = Zone.Stack) { super(map, options); } }`,
  'crashes.mjs': `import { execSync } from 'node:child_process';
${hostile({ onAlloc: "this.calls = (this.calls ?? 0) + 1; if (this.calls > 1) execSync('kill -SEGV ' + process.pid)" })}`,
  'crashes-once.mjs': `import { execSync } from 'node:child_process';
${hostile({ onAlloc: "if (process.env.FRAMEPROOF_APART === undefined) execSync('kill -SEGV ' + process.pid)" })}`,
  'heap.mjs': hostile({ onAlloc: 'const hog = []; for (;;) hog.push(new Array(1000000).fill(hog.length))' }),
};
const SAVED = WORKS.replace('works.ts', 'works-saved.ts');
const saved = (methods: string): string => `import Works from ${SAVED};
export const policies = [];
export default class extends Works { ${methods} }`;

const folder = temporaryFolder({
  ...MODULES,
  'patches-saved.mjs': saved('alloc() { Array.prototype.push = () => 0; return super.alloc(); }'),
  'inspects.mjs': saved('inspect() { return [7]; }'),
  'saves.mjs': saved('saveState() { throw new Proxy({}, { getPrototypeOf() { throw 1; } }); }'),
  'trace.json': traceText(),
  'map.txt': 'BIOS-e820: [mem 0x0-0x7ffffff] usable\n',
});

interface Attack {
  readonly target: keyof typeof MODULES;
  readonly exitCode: number;
  /** The text that must be printed, on either stream. */
  readonly says: RegExp;
  readonly nodeArgs?: readonly string[];
}

/** Runs a command as in a container with half a gigabyte of memory. */
const SMALL = ['--import', 'data:text/javascript,process.constrainedMemory = () => 5e8'];

const ATTACKS: readonly Attack[] = [
  { target: 'exit.mjs', exitCode: 1, says: /called process\.exit\(0\)/ },
  { target: 'really-exit.mjs', exitCode: 1, says: /called process\.reallyExit\(0\)/ },
  { target: 'abort.mjs', exitCode: 1, says: /called process\.abort\(\)/ },
  { target: 'kill.mjs', exitCode: 1, says: /called process\.kill\(\d+, SIGKILL\)/ },
  { target: 'kill-supervisor.mjs', exitCode: 1, says: /called process\.kill\(\d+, SIGKILL\)/ },
  { target: 'hook.mjs', exitCode: 1, says: /violat/ },
  { target: 'exit-code.mjs', exitCode: 0, says: /^holds/m },
  { target: 'endless.mjs', exitCode: 1, says: /alloc.*still running after \d+ (ms|s): if it is slow/s },
  { target: 'endless-init.mjs', exitCode: 1, says: /init.*still running after/s },
  ...(['endless-load.mjs', 'endless-timer.mjs', 'endless-promise.mjs'] as const).map((target) => ({
    target,
    exitCode: 2,
    says: new RegExp(
      `^frameproof: no result: the target ran for 20 s outside its calls: .* \\(${target}:\\d+:\\d+\\)$`,
      'm',
    ),
  })),
  {
    target: 'leaks-load.mjs',
    nodeArgs: SMALL,
    exitCode: 2,
    says: /it took more than \d\.\d GiB of memory; it runs again.*\nframeproof: leaks-load\.mjs: expected a module that can be imported: it passed the limit of memory$/m,
  },
  { target: 'timer.mjs', exitCode: 0, says: /^holds/m },
  { target: 'worker.mjs', exitCode: 0, says: /^holds/m },
  { target: 'rejection.mjs', exitCode: 1, says: /threw outside its calls: Error: nobody listens/ },
  { target: 'late-throw.mjs', exitCode: 1, says: /threw outside its calls: Error: too late/ },
  { target: 'proxy.mjs', exitCode: 1, says: /it threw/ },
  { target: 'message-getter.mjs', exitCode: 1, says: /it threw/ },
  {
    target: 'drops-map.mjs',
    exitCode: 2,
    says: /read only property 'length'.* \(drops-map\.mjs:3:\d+\); what a manager is handed is read-only/,
  },
  {
    target: 'moves-zone.mjs',
    exitCode: 2,
    says: /'bitmapMaxAddr'.* \(moves-zone\.mjs:3:\d+\); what a manager is handed is read-only/,
  },
  {
    target: 'late-map.mjs',
    exitCode: 1,
    says: /^ +init: .*\(late-map\.mjs:3:\d+\); what a manager is handed is read-only/m,
  },
  {
    target: 'patches-load.mjs',
    exitCode: 2,
    says: /^frameproof: patches-load\.mjs: .*it changed Map\.prototype\.get$/m,
  },
  {
    target: 'patches-files.mjs',
    exitCode: 2,
    says: /^frameproof: patches-files\.mjs: .*it changed node:fs\.writeSync$/m,
  },
  {
    target: 'patches-call.mjs',
    exitCode: 1,
    says: /operation 1: .*it changed Array\.prototype\.push, which the judge uses/,
  },
  { target: 'patches-console.mjs', exitCode: 1, says: /violat/ },
  { target: 'forges.mjs', exitCode: 1, says: /violat/ },
  { target: 'chdir.mjs', exitCode: 1, says: /called process\.chdir\(\/\).*saved +found-chdir\.mjs/s },
  {
    target: 'next-tick.mjs',
    exitCode: 1,
    says: /^violated: 1 error outside calls .*threw outside its calls: Error: later \(next-tick\.mjs:4:\d+\)\n$/ms,
  },
  { target: 'dispose.mjs', exitCode: 1, says: /threw outside its calls: Error: kept/ },
  { target: 'profile.mjs', exitCode: 2, says: /^frameproof: profile\.mjs: export profile: it threw /m },
  { target: 'null.mjs', exitCode: 1, says: /init: .*expected a manager, found null/ },
  { target: 'type-error.mjs', exitCode: 1, says: /TypeError: .*'here'\) \(type-error\.mjs:\d+:\d+\)/ },
  { target: 'enum.ts', exitCode: 0, says: /^holds/m },
  {
    target: 'crashes.mjs',
    exitCode: 1,
    says: /^ +operation \d+: .*; it died of SIGSEGV$.*^shrunk .*: it died of SIGSEGV; it runs again, in a process of its own$/ms,
  },
  {
    target: 'crashes-once.mjs',
    exitCode: 2,
    says: /^frameproof: no result: .* and did not do so again$/m,
  },
];

describe.concurrent('a module cannot decide how the command ends:', () => {
  it.each(ATTACKS)(
    '$target',
    async ({ target, exitCode, says, nodeArgs = [] }) => {
      const args = [
        'check',
        '--target',
        target,
        '--programs',
        '30',
        '--seed',
        '1',
        '--corpus',
        `found-${target}`,
        '--shrink-time',
        '3',
        '--program-time',
        '300',
      ];
      const result = await frameproof(args, { cwd: folder, nodeArgs });
      expect(`${result.stdout}\n${result.stderr}`).toMatch(says);
      expect(result.exitCode).toBe(exitCode);
    },
    60_000,
  );
});

describe.concurrent('nor how any other command ends:', () => {
  const world = ['--stack', '1', '--bitmap', '1', '--threads', '1', '--shrink-time', '1'];
  const other = ['--against', 'frameproof', '--programs', '5', '--operations', '20', '--shrink-time', '1'];
  const PATCHES = 'patches-call.mjs';

  const STUCK = /^frameproof: no result: the target ran for 20 s outside its calls: .*mjs:\d+:\d+\)$/m;

  it.each<readonly [command: string, args: readonly string[], exitCode: number, says: RegExp]>([
    ['replay', ['trace.json', '--target', 'endless-timer.mjs'], 2, STUCK],
    ['verify', ['endless-promise.mjs', ...other], 2, STUCK],
    ['explore', ['--target', 'endless-promise.mjs', ...world], 2, STUCK],
    ['explore', ['--target', 'exit.mjs', ...world], 1, /called process\.exit\(0\)/],
    [
      'check',
      ['--target', 'exit.mjs', '--threads', '2', '--programs', '30', '--shrink-time', '1'],
      1,
      /called process\.exit\(0\)/,
    ],
    [
      'check',
      ['--target', 'late-exit.mjs', '--threads', '2', '--programs', '30'],
      1,
      /^violated: 1 error outside calls .*\nlate-exit\.mjs threw outside its calls: .*called process\.exit\(0\)/m,
    ],
    ['explore', ['--target', PATCHES, ...world], 1, /it changed Array\.prototype\.push/],
    [
      'explore',
      ['--target', 'patches-saved.mjs', ...world],
      2,
      /^frameproof: patches-saved\.mjs: .*it changed /m,
    ],
    ['explore', ['--target', 'inspects.mjs', ...world], 1, /inspect\(\) threw TypeError/],
    ['explore', ['--target', 'saves.mjs', ...world], 2, /^frameproof: .*saveState\(\): it threw /m],
    ['replay', ['trace.json', '--target', PATCHES], 1, /it changed Array\.prototype\.push/],
    ['replay', ['trace.json', '--target', 'late-map.mjs'], 0, /^holds/m],
    ['replay', ['trace.json', '--target', 'heap.mjs'], 1, /operation 1: .*; it died of SIGABRT$/m],
    [
      'shrink',
      ['trace.json', '--target', PATCHES, '--shrink-time', '1'],
      1,
      /it changed Array\.prototype\.push/,
    ],
    ['shrink', ['trace.json', '--target', 'drops-map.mjs'], 2, /what a manager is handed is read-only/],
    ['verify', [PATCHES, ...other], 1, /it changed Array\.prototype\.push/],
    [
      'record',
      ['--target', PATCHES, '--operations', '10', '--map', 'map.txt'],
      0,
      /it changed Array\.prototype\.push/,
    ],
  ])('%s %j', async (command, args, exitCode, says) => {
    const corpus =
      command === 'replay' || command === 'record'
        ? []
        : ['--corpus', `found-${args.join('-').replaceAll('/', '')}`];
    const nodeArgs = args.includes('heap.mjs') ? ['--max-old-space-size=64'] : [];
    const result = await frameproof([command, ...args, ...corpus], { cwd: folder, nodeArgs });
    expect(`${result.stdout}\n${result.stderr}`).toMatch(says);
    expect(result.exitCode).toBe(exitCode);
  });
});

describe.concurrent('what it throws outside its calls is the verdict:', () => {
  const LATE = 'late-throw.mjs';
  it.each([
    ['replay', 'trace.json', '--target', LATE],
    ['shrink', 'trace.json', '--target', LATE, '--corpus', 'late'],
    ['explore', '--target', LATE, '--stack', '1', '--bitmap', '1', '--corpus', 'late'],
    [
      'verify',
      LATE,
      '--against',
      WORKS_PATH,
      '--policy',
      'none',
      '--time',
      '1',
      '--speed-time',
      '0',
      '--corpus',
      'late',
    ],
    ['profile', '--target', LATE, '--seed', '1'],
    ['soak', '--target', LATE, '--operations', '100', '--corpus', 'late'],
  ])('%s', async (...args) => {
    const { stdout, stderr, exitCode } = await frameproof(args, { cwd: folder });
    const thrown = 'threw outside its calls: Error: too late (late-throw.mjs:2:';
    expect(stderr).toContain(`frameproof: violated: the target ${thrown}`);
    if (args[0] === 'shrink') expect(stdout).toBe('');
    else
      expect(stdout).toMatch(
        /^violated: 1 error outside calls\n.* threw outside its calls: Error: too late .*\n$/m,
      );
    expect(stdout).not.toMatch(/^(holds|refines|closed|walked)/m);
    expect(exitCode).toBe(1);
  });
});
