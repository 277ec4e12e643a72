/** Flags that had another name once: whoever still writes it is told the new one. */

const SHRINK_TIME = '--shrink-time';
const CORPUS = '--corpus';
const THREADS = '--threads';
const PROGRAM_TIME = '--program-time';

/** The old names of each command, and what is written instead. */
export const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  check: {
    '--jobs': THREADS,
    '--workers': THREADS,
    '--budget': SHRINK_TIME,
    '--program-ms': PROGRAM_TIME,
  },
  explore: {
    '--workers': THREADS,
    '--budget': '--states for a number of states, or --time for seconds',
    '--reduce': SHRINK_TIME,
    '--shrink': SHRINK_TIME,
    '--save-to': CORPUS,
  },
  verify: { '--budget': SHRINK_TIME, '--program-ms': PROGRAM_TIME },
  shrink: { '--budget': SHRINK_TIME, '--save-to': CORPUS },
  soak: { '--budget': SHRINK_TIME, '--save-to': CORPUS },
};

/** Returns the message on a flag that a command knew by another name, or null where the parser's message is on another mistake. */
export function renamingIn(message: string, command: string): string | null {
  const flag = /^error: unknown option '(--[\w-]+)/.exec(message)?.[1] ?? '';
  const newName = RENAMED[command]?.[flag];
  return newName === undefined ? null : `${flag}: renamed: pass ${newName}`;
}
