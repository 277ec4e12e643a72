/** Parts of `--help`: the exit codes, and examples of a command, each of which can be pasted and is parsed by a test. */
import { EXIT } from './exit-codes.ts';

/** Every exit code and its meaning. Help, the manual page and the documentation list them from here. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.holds, 'holds'],
  [EXIT.violated, 'violated'],
  [EXIT.unusable, 'unusable input'],
  [EXIT.outdated, 'the file no longer applies'],
  [EXIT.partial, 'ended early'],
  [EXIT.unreproduced, 'a violation that did not occur again'],
  [EXIT.defect, 'a bug of frameproof'],
  [EXIT.interrupted, 'interrupted'],
];

/** Returns the text that follows the options in the help of a command: its examples, one a line. */
export function examples(...lines: readonly string[]): string {
  return ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Returns the examples in a help text. */
export function examplesIn(help: string): readonly string[] {
  const [, text = ''] = help.split(/^Examples?:$/m);
  return [...text.matchAll(/^ {2}(npx frameproof .*)$/gm)].map(([, line = '']) => line);
}
