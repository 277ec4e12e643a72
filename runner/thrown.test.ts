import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { config, memoryMap } from '../spec/index.ts';
import { execute } from './limited-execution.ts';
import { changed } from './testing/changed.ts';
import { isOurs, lookAt, stackOf } from './thrown.ts';

const trap = (): never => {
  throw new Error('trap');
};
const trapped = new Proxy({}, { get: trap, getPrototypeOf: trap, has: trap, ownKeys: trap });

function errorWith(properties: PropertyDescriptorMap): Error {
  return Object.defineProperties(new Error('plain'), properties);
}

/** An error with the stack of one of the user's files. */
function thrownAt(...frames: readonly string[]): Error {
  const error = new TypeError('no');
  error.stack = ['TypeError: no', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const OURS = fileURLToPath(new URL('./session.ts', import.meta.url));

describe('what a target throws is described, and looking at it never throws:', () => {
  it.each<readonly [string, unknown, string]>([
    ['an error without a stack', errorWith({ stack: { value: undefined } }), 'Error: plain'],
    [
      'a message of another type',
      errorWith({ message: { value: 7n }, stack: { value: '' } }),
      'Error: bigint 7',
    ],
    ['a name of another type', errorWith({ name: { value: {} }, stack: { value: '' } }), 'Error: plain'],
    [
      'a long message',
      errorWith({ message: { value: 'x'.repeat(1e6) }, stack: { value: '' } }),
      `Error: ${'x'.repeat(500)}`,
    ],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'symbol Symbol(s)'],
    ['a function', () => 'its text', 'a function'],
    ['an object with a trap', { [Symbol.toPrimitive]: trap, toString: trap, valueOf: trap }, 'an object'],
    ['a proxy', trapped, 'something that throws when it is looked at'],
    [
      'a message that throws',
      errorWith({ message: { get: trap } }),
      'something that throws when it is looked at',
    ],
    ['a name that throws', errorWith({ name: { get: trap } }), 'something that throws when it is looked at'],
    [
      'a stack that throws',
      errorWith({ stack: { get: trap } }),
      'something that throws when it is looked at',
    ],
    [
      'a frame in a file of the user',
      thrownAt('f (/home/me/pmm.ts:3:9)'),
      'TypeError: no (/home/me/pmm.ts:3:9)',
    ],
    [
      'a frame of a module',
      thrownAt('async file:///home/me/p%20m/a(b).mjs:3:9'),
      'TypeError: no (/home/me/p m/a(b).mjs:3:9)',
    ],
    [
      'a frame below ours, of Node.js and of packages',
      thrownAt(
        'BigInt (<anonymous>)',
        'node:fs:1:1',
        `g (${OURS}:1:1)`,
        'h (/a/node_modules/b/c.js:1:1)',
        '/home/me/pmm.ts:3:9',
      ),
      'TypeError: no (/home/me/pmm.ts:3:9)',
    ],
    ['frames of ours only', thrownAt(`g (${OURS}:1:1)`), 'TypeError: no'],
    ['a path that is not one', thrownAt('f (file:///%zz:1:1)'), 'something that throws when it is looked at'],
  ])('%s', (_, thrown, text) => {
    expect(lookAt(thrown).text).toBe(text);
  });
});

describe('a call that throws an error', () => {
  // Compiled, as if from a file of the user: the frames of this file are ours.
  const alloc: () => never = runInThisContext('(() => { throw new TypeError("no"); })', '/home/me/pmm.js');
  const target = changed('throws', () => ({ alloc }));
  const scenario = {
    map: memoryMap([{ type: 'conventional', start: 0n, pages: 4 }]),
    config: config({ bitmapMaxAddr: 0n }),
    policies: [],
    operations: [{ call: 'freeAmount' }, { call: 'alloc' }] as const,
  };

  it('is named with its place, although stacks are omitted until then', () => {
    for (let time = 0; time < 2; time += 1) {
      const trace = execute(target, scenario).trace();
      expect(trace.violation?.explanation).toMatch(/it threw TypeError: no \(\/home\/me\/pmm\.js:\d+:\d+\)$/);
      expect(stackOf(trace)).toMatch(/^TypeError: no\n {4}at .*\/home\/me\/pmm\.js:/);
    }
  });

  it('has no stack in a trace that was read', () => {
    expect(stackOf(structuredClone(execute(target, scenario).trace()))).toBeNull();
  });
});

describe('an error that nothing catches', () => {
  const by = (frames: readonly string[]): Error =>
    Object.assign(new Error('x'), { stack: ['Error: x', ...frames].join('\n') });
  const OUR = `    at drawn (${import.meta.url.replace('.test', '')}:1:1)`;

  it.each([
    ['is ours where only our code made it', [OUR], true],
    ['is not where the code of a user called ours', [OUR, '    at alloc (/home/me/pmm.ts:3:4)'], false],
    ['is not where Node.js made it', ['    at read (node:net:1:1)'], false],
    ['is not where it says nothing of its place', [], false],
  ])('%s', (_, frames, expected) => {
    expect(isOurs(by(frames))).toBe(expected);
  });
});
