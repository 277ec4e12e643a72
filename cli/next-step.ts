/** The next step: the command line that goes on where a verdict ends, the same in text (`next: …`) and JSON (`next`). */

/** Returns a word as a shell takes it. */
function shellWord(word: string): string {
  return /^[\w./+:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Returns a command line of frameproof, to paste into a shell. */
export function commandLine(...words: readonly string[]): string {
  return ['npx frameproof', ...words.map(shellWord)].join(' ');
}

/** Returns the line that names the next step. */
export function nextLine(command: string): string {
  return `next: ${command}`;
}
