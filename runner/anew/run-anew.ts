/** Runs of a module that is loaded anew, in a thread: what variables of the module held before is gone. */
import { Worker } from 'node:worker_threads';
import type { Trace } from '../../spec/index.ts';
import { isModule } from '../load/index.ts';
import type { Target, TargetSource } from '../target.ts';

/** The start data of the thread. */
export interface AnewData {
  readonly source: TargetSource;
  readonly scenario: Trace['scenario'];
}

const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? './anew-thread.ts' : './anew-thread.js',
  import.meta.url,
);

/**
 * Runs a scenario on a target whose module is loaded anew. Returns null where the target is not a module of this process, the module
 * ends the thread or throws outside its calls, or the signal is aborted first.
 */
export async function runAnew(
  { isInteractive, source }: Target,
  scenario: Trace['scenario'],
  signal?: AbortSignal,
): Promise<Trace | null> {
  if (!isInteractive || !isModule(source.name)) return null;
  const workerData: AnewData = { source, scenario };
  const worker = new Worker(PROGRAM, { workerData });
  const trace = await new Promise<Trace | null>((resolve) => {
    const none = (): void => resolve(null);
    worker.once('message', resolve).once('error', none).once('exit', none);
    signal?.addEventListener('abort', none, { once: true });
  });
  await worker.terminate();
  return trace;
}
