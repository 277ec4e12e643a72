/**
 * The code on the pages of the site. A block `sh` is run in a project of the page, line by line; a line that ends with `# fails` must
 * fail. A block `text` is what the commands before it print: its lines, in this order, whatever the numbers. A block with `file=NAME` is
 * that file, `text picture` is drawn with letters, and `console` needs a machine that no test has. Pages that are tested elsewhere say where.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../cli/testing/copy-of-sources.ts';
import { nodeEnvironment } from '../cli/testing/npm.ts';
import { projectFolder } from '../cli/testing/project.ts';
import { blocksOf, expectLines } from './testing/blocks.ts';

/** The tests that run the code of these pages. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/extending.md': 'examples/extending.test.ts',
  'docs/running-kernel.md': 'examples/kernel/kernel.tools.test.ts',
  'docs/testing.md': 'cli/test-runners.long.test.ts',
  'native/README.md': 'cli/native-guide.long.test.ts',
};

/** Takes the place of npx, which takes a quarter of a second to find a package that is there. */
const NPX = `#!/bin/sh
command=$1
shift
exec "\${0%/*}/$command" "$@"
`;

/** Returns a user's project in which npx takes no time, and what the pages name lies there. */
function pageFolder(): string {
  const cwd = projectFolder();
  writeFileSync(join(cwd, 'node_modules/.bin/npx'), NPX, { mode: 0o755 });
  symlinkSync(join(ROOT, 'examples'), join(cwd, 'examples'));
  symlinkSync(join(ROOT, 'corpus'), join(cwd, 'corpus'));
  return cwd;
}

/** Runs a line, which may need fewer programs for a test than for a user; returns what it prints. */
function run(line: string, cwd: string): string {
  const command = line.replace(/ # fails$/, '').replaceAll(/--programs \d{3,}/g, '--programs 60');
  // The package is there already.
  if (command.startsWith('npm install ')) return '';
  const environment = nodeEnvironment();
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd,
    env: { ...environment, PATH: `${join(cwd, 'node_modules/.bin')}:${environment.PATH}` },
    encoding: 'utf8',
  });
  if (line.endsWith('# fails')) expect(status, `${line}\n${stdout}${stderr}`).not.toBe(0);
  else expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

const PAGES = globSync(['README.md', 'docs/*.md', 'docs/tutorials/*.md', 'native/README.md'], { cwd: ROOT });

describe('a page', () => {
  it.each(PAGES)('that runs examples of the repository says where they are: %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    if (/^npx frameproof .* (examples|corpus)\//m.test(text)) expect(text).toMatch(/in a checkout of/i);
  });
});

describe('the code of a page', () => {
  it.each(PAGES.filter((page) => blocksOf(page).length > 0 && ELSEWHERE[page] === undefined))(
    'runs: %s',
    (page) => {
      const cwd = pageFolder();
      let printed = '';
      for (const { kind, file, isPicture, text } of blocksOf(page)) {
        if (file !== undefined) writeFileSync(join(cwd, file), text);
        else if (kind === 'sh')
          printed = text
            .trim()
            .split('\n')
            .map((line) => run(line, cwd))
            .join('');
        else if (kind === 'text' && !isPicture) expectLines(printed, text);
        else if (!isPicture && kind !== 'console')
          expect.fail(
            `${page}: a block of kind ${JSON.stringify(kind)} is neither run nor compared: ${text}`,
          );
      }
    },
    // A page is some ten commands.
    300_000,
  );

  it.each(Object.entries(ELSEWHERE))('%s is run by %s', (page, test) => {
    expect(readFileSync(join(ROOT, test), 'utf8')).toContain(page);
  });
});
