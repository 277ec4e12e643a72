import { describe, expect, it } from 'vitest';
import { createPmm } from '../../impl/index.ts';
import { wrapPmm } from '../wrap-pmm.ts';
import { factoryFrom } from './factory-from.ts';

describe('a default export', () => {
  it('is a factory', () => {
    expect(factoryFrom(createPmm, 'my-pmm.ts')).toBe(createPmm);
  });

  it('is a class as well', () => {
    class Mine {
      constructor(...args: Parameters<typeof createPmm>) {
        Object.assign(this, wrapPmm(createPmm(...args), {}));
      }
    }
    expect(() => factoryFrom(Mine, 'my-pmm.ts')).not.toThrow();
  });

  it.each([
    ['missing', undefined, 'it has no default export'],
    ['a number', 7, 'it is of type number'],
    ['a factory of something else', () => ({}), 'expected a manager with the method alloc()'],
    [
      'a factory that throws',
      () => {
        throw new TypeError('no\nmemory');
      },
      'it threw TypeError: no memory',
    ],
  ])('that is %s is refused in one line', (_, exported, reason) => {
    const attempt = (): unknown => factoryFrom(exported, 'my-pmm.ts');
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(/^my-pmm\.ts: [^\n]*$/);
  });
});
