/**
 * Modules that try to decide how a command ends: each of them has a correct allocator and one trick. None may end the command,
 * prolong it, choose its exit code, or pass for a defect of frameproof.
 */
import { describe, expect, it } from 'vitest';
import { frameproof } from './testing/frameproof.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const WORKS = JSON.stringify(new URL('../examples/works.ts', import.meta.url));

/** Returns a module whose allocator is correct; `onAlloc` runs in each call of alloc, `onLoad` when it is loaded. */
function hostile({ onAlloc = '', onLoad = '' }: { onAlloc?: string; onLoad?: string }): string {
  return `import Works from ${WORKS};
${onLoad}
export const policies = [];
export default class extends Works { alloc() { ${onAlloc}; return super.alloc(); } }`;
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
  'type-error.mjs': hostile({ onAlloc: 'this.nothing.here' }),
  'enum.ts': `import Works from ${WORKS};
enum Zone { Bitmap, Stack }
export const policies = [];
export default class extends Works { constructor(map: any, options: any, readonly zone = Zone.Stack) { super(map, options); } }`,
  'heap.mjs': hostile({ onAlloc: 'const hog = []; for (;;) hog.push(new Array(100000).fill(hog.length))' }),
};
const folder = temporaryFolder(MODULES);

interface Attack {
  readonly target: keyof typeof MODULES;
  readonly exitCode: number;
  /** The text that must be printed, on either stream. */
  readonly says: RegExp;
  readonly nodeArgs?: readonly string[];
}

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
  { target: 'timer.mjs', exitCode: 0, says: /^holds/m },
  { target: 'worker.mjs', exitCode: 0, says: /^holds/m },
  { target: 'rejection.mjs', exitCode: 0, says: /threw outside its calls: Error: nobody listens/ },
  { target: 'late-throw.mjs', exitCode: 0, says: /threw outside its calls: Error: too late/ },
  { target: 'proxy.mjs', exitCode: 1, says: /it threw/ },
  { target: 'message-getter.mjs', exitCode: 1, says: /it threw/ },
  { target: 'type-error.mjs', exitCode: 1, says: /TypeError: .*'here'\) \(type-error\.mjs:\d+:\d+\)/ },
  { target: 'enum.ts', exitCode: 0, says: /^holds/m },
  {
    target: 'heap.mjs',
    exitCode: 2,
    says: /^frameproof: there is no result: the target ended the process that it ran in: .*memory/m,
    nodeArgs: ['--max-old-space-size=150'],
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
      ];
      const result = await frameproof(args, { cwd: folder, nodeArgs });
      expect(`${result.stdout}\n${result.stderr}`).toMatch(says);
      expect(result.exitCode).toBe(exitCode);
    },
    60_000,
  );
});
