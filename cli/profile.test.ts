import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './testing/copy-of-sources.ts';
import { inProcess } from './testing/in-process.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const folder = temporaryFolder();
const ONE_ZONE = join(ROOT, 'examples/one-zone.ts');

describe('frameproof profile', () => {
  it('proposes the claims of a target, each with the answer that led to it', async () => {
    const { stdout, exitCode } = await inProcess(
      ['profile', '--target', ONE_ZONE, '--seed', '1', '--json'],
      folder,
    );
    expect(exitCode).toBe(0);
    const { profile, claims, unexplained } = JSON.parse(stdout);
    expect(profile).toEqual({
      zones: 1,
      singlePages: 'anywhere',
      failures: ['errno'],
      policies: ['first-fit'],
    });
    expect(unexplained).toBeNull();
    expect(claims.at(-1)).toEqual({
      claims: { failures: ['errno'] },
      condition: 'its failures report no warning',
      answer: expect.stringMatching(/ -> failed, errno ENOMEM$/),
      clause: 'failure.warns',
    });
  });

  it('ends with the profile, the file to save it in, and the command that reads that', async () => {
    const { stdout } = await inProcess(['profile', '--target', 'frameproof', '--seed', '1'], folder);
    expect(stdout).toMatch(/^target {2}frameproof\nseed {4}1\n\n\S/);
    expect(stdout).toMatch(/ Save it as profile\.json:\n\{.*\}\nnext: .* --profile profile\.json\n$/);
  });

  it('leaves it to the author whether a claim that is only hinted at is made', async () => {
    const kinds = JSON.stringify(join(ROOT, 'assurance/mutants/kinds/index.ts'));
    writeFileSync(
      join(folder, 'lists.mjs'),
      `import { KINDS } from ${kinds};
const { correct, others } = KINDS.find(({ claim }) => claim.search === 'partial' && !('holdsBack' in claim));
export const profile = others;
export default correct.create;`,
    );
    const { stdout, exitCode } = await inProcess(
      ['profile', '--target', './lists.mjs', '--seed', '1'],
      folder,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^this is either a defect or what the hint says: /m);
    expect(stdout).toMatch(/^hint {6}if .*, claim "search": "partial"$/m);
  });
});

describe('frameproof check', () => {
  it('says which claim would explain its first counterexample', async () => {
    writeFileSync(join(folder, 'whole.json'), '{"zones": 1}');
    const flags = '--profile whole.json --programs 20 --seed 1 --shrink-time 1 --map generated';
    const args = ['check', '--target', ONE_ZONE, ...flags.split(' ')];
    const { stdout, exitCode } = await inProcess(args, folder);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^hint {6}if its failures report no warning, claim "failures": \["errno"\]$/m);
  });
});
