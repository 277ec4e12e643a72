import { describe, expect, it } from 'vitest';
import { createPmm } from '../impl/index.ts';
import { targetFrom } from './target.ts';
import { wrapPmm } from './wrap-pmm.ts';

const told = { source: 'my-pmm.ts', policies: [] };

describe('a target', () => {
  it('is a factory', () => {
    expect(targetFrom(createPmm, told)).toMatchObject({ name: 'my-pmm.ts', policies: [] });
  });

  it('is a class as well', () => {
    class Mine {
      constructor(...args: Parameters<typeof createPmm>) {
        Object.assign(this, wrapPmm(createPmm(...args), {}));
      }
    }
    expect(() => targetFrom(Mine, told)).not.toThrow();
  });

  it.each([
    ['no default export', undefined, 'there is no default export'],
    ['a number', 7, 'it is of type number'],
    ['a factory of something else', () => ({}), 'expected a manager with the method alloc()'],
    [
      'a factory that throws',
      () => {
        throw new TypeError('no\nmemory');
      },
      'it threw TypeError: no memory',
    ],
  ])('is not %s, and says so in one line', (_, exported, reason) => {
    const attempt = (): unknown => targetFrom(exported, told);
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(/^my-pmm\.ts: [^\n]*$/);
  });
});
