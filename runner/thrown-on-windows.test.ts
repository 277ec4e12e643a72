/** Places in a user's code as Windows writes them: drives, and backslashes between folders. */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** The modules of Node.js as they are on Windows, where this checkout lies on drive C. */
const ON_WINDOWS: Readonly<Record<string, string>> = {
  'node:path': `import { win32 } from 'node:path'; export const { relative, sep } = win32;`,
  'node:url': `import { fileURLToPath as posix } from 'node:url';
    const onDrive = (url) => String(url).replace(/^file:\\/\\/\\/(?![A-Za-z]:)/, 'file:///C:/');
    export const fileURLToPath = (url) => posix(onDrive(url), { windows: true });`,
};

const hooks = registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const replaced = ON_WINDOWS[specifier];
    if (replaced === undefined || context.parentURL?.endsWith('thrown.ts?windows') !== true)
      return nextResolve(specifier, context);
    return { url: `data:text/javascript,${encodeURIComponent(replaced)}`, shortCircuit: true };
  },
});
afterAll(() => hooks.deregister());
const thrown: typeof import('./thrown.ts') = await import(`${import.meta.dirname}/thrown.ts?windows`);
const { isUsersFile, lookAt } = thrown;

describe('on Windows', () => {
  const ours = new URL('./session.ts', import.meta.url);

  it.each([
    ['C:\\kernel\\pmm.cjs', true],
    ['D:\\kernel\\runner\\pmm.ts', true],
    ['C:\\kernel\\node_modules\\io-ts\\lib\\index.js', false],
    [`C:${fileURLToPath(ours).replaceAll('/', '\\')}`, false],
  ])("%s is the user's: %s", (path, isTheirs) => {
    expect(isUsersFile(path)).toBe(isTheirs);
  });

  it.each([
    ['Pmm.alloc (file:///D:/kernel/pmm.ts:3:9)', 'D:\\kernel\\pmm.ts:3:9'],
    ['Pmm.alloc (C:\\kernel\\pmm.cjs:4:1)', 'C:\\kernel\\pmm.cjs:4:1'],
  ])("a stack names the place of the user's code: %s", (frame, place) => {
    const error = new TypeError('no');
    error.stack = `TypeError: no\n    at perform (${ours.href}:1:1)\n    at ${frame}`;
    expect(lookAt(error).place).toBe(place);
  });
});
