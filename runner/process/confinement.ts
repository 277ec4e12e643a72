/**
 * Confinement: the process of a target in a separate namespace of process numbers, where that is permitted. When its first process
 * ends, the kernel ends all others in it, those that left the group and cleared their environment as well.
 *
 * Source: `unshare` of util-linux, https://man7.org/linux/man-pages/man1/unshare.1.html, and pid_namespaces(7).
 */
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';

/** Command lines that confine what follows them: as root, and as anybody where user namespaces are permitted. */
const CONFINEMENTS = [
  ['unshare', '--pid', '--fork', '--kill-child'],
  ['unshare', '--user', '--map-current-user', '--pid', '--fork', '--kill-child'],
];

/**
 * The first process of a namespace ignores signals from within, `abort()` included, so it is a shell that waits for the target. Its
 * exit code is 128 and the number of the signal where the target died of one.
 */
const FIRST = '"$@"; exit $?';
const SIGNAL_CODE = 128;

/** Returns the first command line that is permitted here, or null. */
export function confinementHere(): readonly string[] | null {
  const isPermitted = ([command = '', ...args]: readonly string[]): boolean =>
    spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0;
  return CONFINEMENTS.find(isPermitted) ?? null;
}

/** Returns the command line that runs another one in a namespace. */
export function confined(confinement: readonly string[], command: readonly string[]): readonly string[] {
  return [...confinement, '/bin/sh', '-c', FIRST, 'sh', ...command];
}

/** Returns the signal that an exit code of a namespace tells, or null. */
export function signalOf(code: number): string | null {
  const found = Object.entries(constants.signals).find(([, number]) => number === code - SIGNAL_CODE);
  return found?.[0] ?? null;
}
