/** The door of properties/random/scale/: one campaign on several threads, or in shards on several machines. Every name is public. */
export { type MergedRun, mergeShards, readShardRun } from './merge.ts';
export { onThreads } from './on-threads.ts';
export { writeShard } from './shard-file.ts';
export { runShard, type ShardRun, shardFile } from './shard-run.ts';
