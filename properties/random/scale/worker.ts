/** The program of each thread: runs blocks of a campaign, one after the other, on a target that the thread loads itself. */
import { BroadcastChannel } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import type { Target } from '../../../runner/index.ts';
import { loadTarget } from '../../../runner/load/index.ts';
import type { Block } from '../campaign/blocks.ts';
import { type BlockResult, runBlock } from '../campaign/campaign.ts';
import { FoundSoFar } from '../campaign/finding.ts';
import type { ThreadData } from './on-threads.ts';

const { source, stopFirst, finds, ...options }: ThreadData = Tinypool.workerData;
const channel = new BroadcastChannel(finds);
const found = new FoundSoFar(stopFirst, (trace) => channel.postMessage(trace));
let loaded: Promise<Target> | undefined;

/** Runs one block. */
export default async function run(block: Block): Promise<BlockResult> {
  loaded ??= loadTarget(source.name, source.policies, source);
  return runBlock({ ...options, target: await loaded }, block, found);
}
