import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { brokenLinks } from './testing/links.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

/** Folders that hold no texts of ours. */
const OTHERS = /(^|\/)(node_modules|dist|reports|\.stryker-tmp|\.site)$/;
const TEXTS = globSync('**/*.md', { cwd: ROOT, exclude: (path) => OTHERS.test(path) });

describe('the links of our texts', () => {
  it.each(TEXTS)('of %s lead somewhere', (file) => {
    expect(brokenLinks(join(ROOT, file), ROOT)).toEqual([]);
  });

  it('are found where they lead nowhere', () => {
    const folder = temporaryFolder({
      'a.md':
        '# A heading: one\n[x](b.md) [`y`](c.md) [z](#a-heading-one) [w](#two) [u][e] [s][b] `[v](d.md)`\n\n[b]: b.md',
      'b.md':
        '![i](https://raw.githubusercontent.com/frameproof/frameproof/main/none.svg) [o](https://example.org/x)',
    });
    expect(brokenLinks(join(folder, 'a.md'), folder)).toEqual(['c.md', '#two', 'e']);
    expect(brokenLinks(join(folder, 'b.md'), folder)).toHaveLength(1);
  });
});
