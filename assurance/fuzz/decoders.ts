/**
 * Decoders: everything of ours that reads what others wrote, each with how a file is read and with sound files to spoil. A reader
 * goes as far as the command that reads such files does before it runs anything.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXPORT_FORMS, exportTrace } from '../../counterexamples/export/index.ts';
import { compactText } from '../../counterexamples/log/console/index.ts';
import { judgeLog } from '../../counterexamples/log/index.ts';
import { formatCounterexample } from '../../counterexamples/text/index.ts';
import { readTrace, readTraceText } from '../../counterexamples/trace/index.ts';
import { init, step } from '../../model/index.ts';
import { decodeConcurrentTrace } from '../../properties/concurrent/index.ts';
import { recordLog } from '../../properties/log/index.ts';
import { mergeShards, runShard, shardFile, writeShard } from '../../properties/random/scale/index.ts';
import { execute, OURS } from '../../runner/index.ts';
import { readAnswer } from '../../runner/process/index.ts';
import { readText } from '../../spec/files/index.ts';
import {
  Config,
  config,
  decode,
  decodeProfile,
  isSpecError,
  memoryMap,
  type Operation,
  parseJson,
  ramPages,
  type Trace,
  toHex,
  WHOLE,
} from '../../spec/index.ts';
import { MemoryMap, readMemoryMap } from '../../spec/maps/index.ts';
import { bytesOf } from './mutate.ts';

export interface Decoder {
  readonly name: string;
  /** Sound files, a character a byte. */
  readonly samples: () => Promise<readonly string[]>;
  /** Reads a file, to which nothing else is beside in its folder. */
  readonly read: (path: string) => unknown;
}

/** The project's root: the sources lie two folders below it, what they are compiled to three. */
const ROOT = ['../..', '../../..']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((folder) => existsSync(join(folder, 'package.json')));

/** Returns the paths of the files of a folder of this project. */
function filesIn(folder: string): readonly string[] {
  const path = join(ROOT ?? '.', folder);
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile());
}

function contents(paths: readonly string[]): readonly string[] {
  return paths.map((path) => readFileSync(path, 'latin1'));
}

/** Whether a file holds a memory map: some of those that lie beside them are there to be refused. */
function isMap(path: string): boolean {
  try {
    readMemoryMap(path);
    return true;
  } catch (error) {
    if (isSpecError(error)) return false;
    throw error;
  }
}

function pretty(value: unknown): string {
  return bytesOf(JSON.stringify(value, null, 1));
}

const SMALL_TEXT = { of: 'file', mostBytes: 1 << 20 };
const SMALL_MAP = memoryMap([
  { type: 'conventional', start: 0n, pages: 24 },
  { type: 'acpiReclaim', start: 0x1_8000n, pages: 2 },
  { type: 'conventional', start: 0x10_0000n, pages: 40 },
]);
const SMALL_CONFIG = config({ bitmapMaxAddr: 0x1_0000n });

async function maps(): Promise<readonly string[]> {
  return [...contents(filesIn('spec/maps/fixtures').filter(isMap)), pretty(MemoryMap.encode(SMALL_MAP))];
}

async function traces(): Promise<readonly string[]> {
  const paths = ['corpus', 'assurance/mutants/traces'].flatMap(filesIn);
  return contents(paths.filter((path) => path.endsWith('.json')));
}

/** Memory that our implementation simulates in a moment. */
const MOST_PAGES = 1 << 22;

/** Runs a trace again, and formats the result. */
function replayTrace(trace: Trace): void {
  if (ramPages(trace.scenario.map) > MOST_PAGES) return;
  formatCounterexample(execute(OURS, trace.scenario).trace());
}

function exportAll(trace: Trace): void {
  for (const form of EXPORT_FORMS) exportTrace(trace, form, null);
}

/** Traces of which every kind of test can be made: no C test can see who owns a page frame. */
async function exportable(): Promise<readonly string[]> {
  return (await traces()).filter((text) => !text.includes('"owner.agrees"'));
}

const CONCURRENT = {
  format: 'frameproof/concurrent-trace',
  version: 1,
  target: 'frameproof',
  scenario: {
    map: MemoryMap.encode(SMALL_MAP),
    config: Config.encode(SMALL_CONFIG),
    policies: ['lifo'],
    before: [{ call: 'allocPages', count: '0x2' }],
    callers: [
      [{ call: 'alloc' }, { call: 'free', address: 'a[1]' }],
      [{ call: 'freePages', addresses: ['a', 'b'] }],
    ],
  },
  points: 'accesses',
  schedule: [
    [0, 3],
    [1, 2],
    [0, 1],
  ],
  violation: { clause: 'concurrent.linearizable', explanation: 'no order explains the 4 calls' },
};

/** Page events of Linux. */
const TRACE = `  <idle>-0  [000] d..1.  2.262450: mm_page_alloc: page=(____ptrval____) pfn=0x5 order=0
CPU:1 [LOST 12 EVENTS]
[    2.262455] mm_page_free: page=00000000a1b2c3d4 pfn=0x5 order=0
bash 99 [001] 2.262456: kmem:mm_page_alloc: page=0xffffea0 pfn=0x8 order=3 migratetype=0
`;

/** A log that a kernel prints. */
const CONSOLE = [
  '[    0.000000] BIOS-e820: [mem 0x0-0x3ffff] usable',
  ...[
    'h 1 ffff800000000000 10000 {"policies":["lifo"]}',
    'm 7 0 40',
    'a ffff80000003f000',
    'p 2 ffff80000003e000 ffff80000003d000',
    'b 2 ffffffffffffffff 2000 !',
    'f ffff80000003f000',
    'n 3e',
  ].map((body, number) => compactText(number, body)),
];

async function logs(): Promise<readonly string[]> {
  const recorded = [1, 2, 3].map((seed) => {
    const world = { map: SMALL_MAP, config: SMALL_CONFIG };
    const lines = recordLog({
      target: OURS,
      ...world,
      policies: OURS.policies,
      operations: 20,
      seed,
      provokesFrom: 0,
    });
    return bytesOf(`${[...lines].join('\n')}\n`);
  });
  return [...recorded, bytesOf(`${CONSOLE.join('\r\n')}\r\n`)];
}

/** The file of a run in one shard, so that it can be merged. */
async function shards(): Promise<readonly string[]> {
  const options = { target: OURS, worlds: [], generated: true, programs: 64, operations: 8, seed: 1 };
  const shard = { index: 0, of: 1 };
  const ran = await runShard(options, shard);
  const folder = mkdtempSync(join(tmpdir(), 'frameproof-fuzz-shard-'));
  try {
    const path = writeShard(folder, shardFile(options, shard, { corpus: [], ran, findings: [] }));
    return [readFileSync(path, 'latin1')];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PROFILES: readonly object[] = [
  { zones: 1, calls: ['alloc', 'free'], misuse: 'undefined', failures: [] },
  { policies: ['lifo'], contiguous: 'powers-of-two', largestRequest: 512, memoryBelow: toHex(1n << 40n) },
  { singlePages: 'stack-zone-first', bitmapZoneBelow: '0x1000000' },
];

const ANSWER = `done - 64 64 0
address 0xffff800000100000 - 64 63 1
warn allocPages: 3 asked
failed ENOMEM 64 63 1
wrote 17
stray
addresses 0xffff800000101000 0xffff800000102000 - 64 61 3
says free: page frame 3 may not be freed
panic 3 pmm - 64 61 3
skip
amount 61 ? ? 61 ?
memory 1296
end
`;

const OPERATIONS: readonly Operation[] = [
  { call: 'alloc' },
  { call: 'allocPages', count: 3n },
  { call: 'allocPages', count: 2n },
  { call: 'free', address: 0xffff_8000_0000_3000n },
  { call: 'free', address: 0n },
  { call: 'freeAmount' },
];

/** Reads the answer of a process to {@link OPERATIONS}, and judges every response, whatever the verdict on earlier ones. */
function judgeAnswer(text: string): void {
  const facts = { sent: OPERATIONS.length, profile: WHOLE, paints: true };
  const { started, responses } = readAnswer({ text, ending: { kind: 'whole' } }, facts);
  const world = { map: SMALL_MAP, config: SMALL_CONFIG, policies: OURS.policies };
  init(world, started);
  const begun = init(world, { outcome: { kind: 'done' } });
  if (!begun.accepted) throw new Error('init observed nothing, and nothing can be wrong with it');
  let { state } = begun;
  for (const [at, response] of responses.entries()) {
    const operation = OPERATIONS[at];
    if (operation === undefined || response === 'skipped') continue;
    const verdict = step(state, operation, response);
    if (verdict.accepted) state = verdict.state;
  }
}

/** Every decoder. */
export const DECODERS: readonly Decoder[] = [
  { name: 'map', samples: maps, read: (path) => readMemoryMap(path) },
  { name: 'trace', samples: traces, read: (path) => replayTrace(readTrace(path)) },
  { name: 'export', samples: exportable, read: (path) => exportAll(readTrace(path)) },
  {
    name: 'concurrent-trace',
    samples: async () => [pretty(CONCURRENT)],
    read: (path) => decodeConcurrentTrace(parseJson(readTraceText(path), path), path),
  },
  { name: 'log', samples: logs, read: (path) => judgeLog(path, { mapFromLog: true }) },
  {
    name: 'ftrace',
    samples: async () => [bytesOf(TRACE)],
    read: (path) => judgeLog(path, { format: 'ftrace' }),
  },
  { name: 'shard', samples: shards, read: (path) => mergeShards(dirname(path)) },
  {
    name: 'profile',
    samples: async () => PROFILES.map(pretty),
    read: (path) => decodeProfile(parseJson(readText(path, SMALL_TEXT), path), path),
  },
  {
    name: 'config',
    samples: async () => [pretty(Config.encode(SMALL_CONFIG))],
    read: (path) => decode(Config, parseJson(readText(path, SMALL_TEXT), path), path),
  },
  { name: 'answer', samples: async () => [ANSWER], read: (path) => judgeAnswer(readFileSync(path, 'utf8')) },
];
