import { describe, expect, it } from 'vitest';
import { commandLine, nextLine } from './next-step.ts';

describe('the next step', () => {
  it('is a command line to paste, in text after a label', () => {
    expect(nextLine(commandLine('replay', 'counterexamples/free.owner-01.json'))).toBe(
      'next: npx frameproof replay counterexamples/free.owner-01.json',
    );
  });

  it.each([
    ['my traces/a.json', "'my traces/a.json'"],
    ["it's.json", "'it'\\''s.json'"],
    ['git:HEAD~1:pmm.ts', "'git:HEAD~1:pmm.ts'"],
    ['git:main', 'git:main'],
  ])('quotes %s as a shell takes it', (word, quoted) => {
    expect(commandLine('replay', word)).toBe(`npx frameproof replay ${quoted}`);
  });
});
