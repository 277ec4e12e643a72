/** Writes the JSON Schema of every format into `dist/schemas/`, from the codecs that `tsc -b` has compiled. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from './dist/cli/config-schema.js';
import { COMMANDS } from './dist/cli/main.js';
import { EntryLine, HeaderLine } from './dist/counterexamples/log/log-format.js';
import { ConcurrentTrace } from './dist/properties/concurrent/concurrent-trace.js';
import { ShardFile } from './dist/properties/random/scale/shard-file.js';
import { Config, MemoryMap, Profile, Response, Trace } from './dist/spec/index.js';
import { jsonSchema } from './dist/spec/json-schema.js';
import { ProgramOperation, ResolvedOperation } from './dist/spec/operation.js';

const FOLDER = join(import.meta.dirname, 'dist/schemas');

const PARTS = { memoryMap: MemoryMap, config: Config, profile: Profile };
const RUNS = { ...PARTS, operation: ProgramOperation, response: Response };

const SCHEMAS = {
  'memory-map': jsonSchema(MemoryMap, 'A memory map'),
  profile: jsonSchema(Profile, 'The claims of an allocator'),
  trace: jsonSchema(Trace, 'A counterexample', RUNS),
  'concurrent-trace': jsonSchema(ConcurrentTrace, 'A counterexample of concurrent callers', RUNS),
  'log-header': jsonSchema(HeaderLine, 'The first line of a log', PARTS),
  'log-entry': jsonSchema(EntryLine, 'Another line of a log', {
    operation: ResolvedOperation,
    response: Response,
  }),
  shard: jsonSchema(ShardFile, 'The result of a shard', { ...RUNS, trace: Trace }),
  config: configSchema(await Promise.all([...COMMANDS.values()].map((load) => load()))),
};

mkdirSync(FOLDER, { recursive: true });
for (const [name, schema] of Object.entries(SCHEMAS))
  writeFileSync(join(FOLDER, `${name}.schema.json`), `${JSON.stringify(schema)}\n`);
