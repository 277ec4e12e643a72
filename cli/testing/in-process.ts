/** The command line in this process, one at a time: quicker than a separate process, which would print the same. */

import { vi } from 'vitest';
import { takeOutcome } from '../exit-codes.ts';
import { run } from '../main.ts';
import { streams } from '../print.ts';
import type { Ended } from './frameproof.ts';

/** The last command line that was passed. The next one waits for it. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a command line in a folder; returns what it prints, and the exit code that its process would have. A module is loaded once,
 * however often it is a target.
 */
export function inProcess(args: readonly string[], cwd: string): Promise<Ended> {
  const ended = last.then(() => runHere(args, cwd));
  last = ended.catch(() => {});
  return ended;
}

async function runHere(args: readonly string[], cwd: string): Promise<Ended> {
  const before = process.cwd();
  const [stdout, stderr] = (['out', 'err'] as const).map((name) => {
    const printed: string[] = [];
    vi.spyOn(streams, name).mockImplementation((text) => printed.push(text) > 0);
    return printed;
  });
  process.chdir(cwd);
  try {
    const failure = await run(args);
    return {
      exitCode: failure?.exitCode ?? takeOutcome(),
      stdout: stdout?.join('') ?? '',
      stderr: `${stderr?.join('') ?? ''}${failure?.text ?? ''}`,
    };
  } finally {
    process.chdir(before);
    vi.restoreAllMocks();
  }
}
