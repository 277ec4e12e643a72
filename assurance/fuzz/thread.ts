/** The thread that a decoder is tried in. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Decoder } from './decoders.ts';
import { fuzz } from './fuzz.ts';
import type { ThreadTask } from './watch.ts';

const { module, name, stretch, place }: ThreadTask = workerData;
const { DECODERS }: { readonly DECODERS: readonly Decoder[] } = await import(module);
const decoder = DECODERS.find((one) => one.name === name);
if (decoder === undefined) throw new Error(`no decoder has the name ${name}`);

const words = new Int32Array(place);
parentPort?.postMessage(await fuzz(decoder, stretch, (file) => Atomics.store(words, 0, file)));
