/**
 * The output of targets: left out, so that it neither mixes with the result of a command nor slows it down, or written to standard error
 * where a command shows it. All threads of a process agree.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { isClosedPipe, writeDescriptor } from '../spec/files/index.ts';
import { printable } from '../spec/text/index.ts';

const SHOWN = 'frameproof-output';
const STANDARD_ERROR = 2;

/** Shows from now on what targets print, in this thread and in those that it starts. */
export function showOutput(): void {
  setEnvironmentData(SHOWN, true);
}

/** Whether what targets print is shown. */
export function showsOutput(): boolean {
  return getEnvironmentData(SHOWN) === true;
}

/** Takes what a target has printed. Where it is shown, it cannot steer the terminal, and nobody need read it. */
export function takeOutput(text: string): void {
  if (!showsOutput()) return;
  try {
    writeDescriptor(STANDARD_ERROR, printable(text));
  } catch (error) {
    if (!isClosedPipe(error)) throw error;
  }
}
