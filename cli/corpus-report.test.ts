import { expect, it } from 'vitest';
import { OURS } from '../runner/index.ts';
import { decodeProfile } from '../spec/index.ts';
import { checkCorpus, corpusReport } from './corpus-report.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

it('counts the traces of frameproof that ask for calls which the target lacks', () => {
  const profile = decodeProfile({ calls: ['alloc', 'free', 'freeAmount'], misuse: 'undefined' }, 'p.json');
  const target = OURS.withClaims({ profile });
  const empty = temporaryFolder();
  expect(corpusReport(checkCorpus(target, empty))).toBe(
    `corpus  9 traces of frameproof, 0 of ${empty}; 9 of frameproof's are not for this target\n`,
  );
});
