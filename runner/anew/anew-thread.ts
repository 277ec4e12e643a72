/** The program of the thread in which `run-anew.ts` loads a module: runs one scenario, and posts the trace. */
import { parentPort, workerData } from 'node:worker_threads';
import { execute } from '../limited-execution.ts';
import { loadTarget } from '../load/index.ts';
import type { AnewData } from './run-anew.ts';

const { source, scenario }: AnewData = workerData;
const target = await loadTarget(source.name, source.policies, source);
parentPort?.postMessage(execute(target, scenario).trace());
