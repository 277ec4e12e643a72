/** Examples in the help of a command: each can be pasted, and a test parses every one of them. */

/** Returns the text that follows the options in the help of a command: its examples, one a line. */
export function examples(...lines: readonly string[]): string {
  return ['', lines.length === 1 ? 'Example:' : 'Examples:', ...lines.map((line) => `  ${line}`)].join('\n');
}
