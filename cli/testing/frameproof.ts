/** The built command line as a child process, as users run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../dist/cli/frameproof.js', import.meta.url));

/** A line on the progress, which a slow machine makes commands print. */
export const PROGRESS = /^frameproof: \w+: .* \(\d+ s\)\n/gm;

/** How a child process ended, and what it printed, without lines on the progress. */
export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Flags of Node.js itself. */
  readonly nodeArgs?: readonly string[];
  /** Default: {@link plainEnvironment}. */
  readonly env?: NodeJS.ProcessEnv;
  /** A command line that runs the one behind it, such as `nice`. */
  readonly through?: readonly string[];
  /** Descriptor for standard output. Default: it is collected. */
  readonly stdout?: number;
}

/** Returns the environment without what a test runner puts into it. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_OPTIONS|NODE_ENV|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

/** Starts the command line; its standard input is empty. */
export function start(
  args: readonly string[],
  { cwd, nodeArgs = [], env = plainEnvironment(), through = [], stdout }: RunOptions = {},
): ChildProcess {
  const [command = '', ...words] = [...through, process.execPath, ...nodeArgs, BIN, ...args];
  return spawn(command, words, {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
}

/** Returns how a started child ends. What its test has closed counts as empty. */
export function ended(child: ChildProcess): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) =>
      resolve({ stdout: printed.stdout, stderr: printed.stderr.replaceAll(PROGRESS, ''), exitCode }),
    );
  });
}

/** Runs the command line to its end. */
export function frameproof(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return ended(start(args, options));
}
