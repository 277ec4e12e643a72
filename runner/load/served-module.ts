/**
 * A module as a process: this program imports the module that its argument names, and speaks the protocol (native/PROTOCOL.md) for it.
 * So a module that ends the process it runs in is judged like an executable that does. Each answer is written at once: the first one that is
 * missing is that of the operation at work.
 */
import { createInterface } from 'node:readline';
import { writeDescriptor } from '../../spec/files/index.ts';
import {
  CALLS,
  type Call,
  config,
  type DescriptorInput,
  MEMORY_TYPES,
  MemoryType,
  memoryMap,
  type Operation,
  type Outcome,
  operationOf,
  type PmmFactory,
  type Profile,
  parametersOf,
  parseReference,
  type Reference,
  type Response,
  STANDARD_CALLS,
  WHOLE,
} from '../../spec/index.ts';
import { handing } from '../factory-target.ts';
import { Results } from '../results.ts';
import { keepStacks, Session } from '../session.ts';
import { showOutput } from '../target-output.ts';
import type { World } from '../world.ts';
import { factoryFrom } from './factory-from.ts';
import { importModule } from './import-module.ts';
import { takeConsole } from './module-console.ts';

const STANDARD_OUTPUT = 1;

function write(...lines: readonly string[]): void {
  writeDescriptor(STANDARD_OUTPUT, lines.map((line) => `${line}\n`).join(''));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

const TYPES = new Map(Object.entries(MEMORY_TYPES).map(([name, { efi }]) => [String(efi), name]));

function descriptorOf([, efi = '', start = '0', pages = '0']: readonly string[]): DescriptorInput {
  const type = TYPES.get(efi);
  if (!MemoryType.is(type)) throw new Error(`${efi} is not a memory type`);
  return { type, start: BigInt(start), pages: Number(pages) };
}

/** Returns the world that the lines before `init` describe. */
function worldOf(lines: readonly (readonly string[])[]): World {
  const [, higherHalf = '0', bitmapMaxAddr = '0'] = lines.find(([word]) => word === 'config') ?? [];
  return {
    map: memoryMap(lines.filter(([word]) => word === 'map').map(descriptorOf)),
    config: config({ higherHalf: BigInt(higherHalf), bitmapMaxAddr: BigInt(bitmapMaxAddr) }),
  };
}

function referenceIn(word: string): Reference {
  const reference = parseReference(word);
  if (reference === null) throw new Error(`${word} is not a reference`);
  return reference;
}

function isCall(word: string | undefined): word is Call {
  return CALLS.some((call) => call === word);
}

/** Returns the operation that a line holds. */
function operationIn([call, ...words]: readonly string[]): Operation<Reference> {
  if (!isCall(call)) throw new Error(`${call} is not a call`);
  const values = parametersOf(call).map(({ kind }, place) => {
    if (kind === 'addresses') return words.slice(place).map(referenceIn);
    const word = words[place] ?? '';
    return kind === 'address' ? referenceIn(word) : BigInt(word);
  });
  return operationOf(call, values);
}

/** Returns the notes on a panic, and the words of an outcome. */
function wordsOf(outcome: Outcome): readonly [notes: readonly string[], words: string] {
  switch (outcome.kind) {
    case 'address':
      return [[], `address 0x${outcome.address.toString(16)}`];
    case 'addresses':
      return [
        [],
        ['addresses', ...outcome.addresses.map((address) => `0x${address.toString(16)}`)].join(' '),
      ];
    case 'amount':
      return [[], `amount ${outcome.amount}`];
    case 'panicked':
      return [[`says ${oneLine(outcome.message)}`], `panic ${outcome.pfn ?? '-'} ${outcome.owner ?? '-'}`];
    case 'malformed':
      return [[], `malformed ${oneLine(outcome.message)}`];
    default:
      return [[], outcome.kind];
  }
}

/** Returns the lines of a response. */
function linesOf({
  outcome,
  errno,
  amounts,
  warnings = [],
  strayEntries,
  writes = [],
  unzeroed = [],
}: Response): readonly string[] {
  const [notes, words] = wordsOf(outcome);
  const state = [errno ?? '-', amounts?.total ?? '?', amounts?.free ?? '?', amounts?.reserved ?? '?'];
  return [
    ...warnings.map((line) => `warn ${oneLine(line)}`),
    ...(strayEntries === true ? ['stray'] : []),
    ...unzeroed.map((frame) => `unzeroed ${frame}`),
    ...notes,
    outcome.kind === 'malformed' ? words : [words, ...state].join(' '),
    ...writes.map((frame) => `wrote ${frame}`),
  ];
}

/** Runs a program, and answers it. */
function run(
  create: PmmFactory,
  lines: readonly (readonly string[])[],
  claimed: Pick<Profile, 'batches' | 'calls' | 'failures'>,
): void {
  const init = lines.findIndex(([word]) => word === 'init');
  const world = worldOf(lines.slice(0, init));
  const pages = world.map.descriptors.reduce((sum, descriptor) => sum + descriptor.pages, 0);
  const isZeroed = lines.some(([word]) => word === 'zeroed');
  const session = new Session(create, world, { ...claimed, contents: isZeroed ? 'zeroed' : 'any' });
  const results = new Results();
  write(...linesOf(session.started));
  for (const line of lines.slice(init + 1)) {
    const operation = operationIn(line);
    const resolved = results.resolve(operation);
    const response = resolved === null ? null : session.perform(resolved, pages);
    results.record(operation, response ?? { outcome: { kind: 'failed' } });
    write(...(response === null ? ['skip'] : linesOf(response)));
  }
  session.close();
  write('end');
}

async function serve(path: string): Promise<void> {
  // The module's own output is not part of an answer: it goes where that of an executable goes.
  showOutput();
  takeConsole();
  const exports = await importModule(path);
  // Which calls it must have is asked where its claims are known.
  const create = handing(factoryFrom(exports.default, path, []));
  keepStacks(create);
  const claims = {
    ...Object(exports.profile),
    ...(exports.policies === undefined ? {} : { policies: exports.policies }),
  };
  let lines: (readonly string[])[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const words = line.split(' ');
    if (words[0] === 'frameproof') write('target 1', `profile ${JSON.stringify(claims)}`, 'paints', 'ready');
    else if (words[0] === 'end') {
      run(create, lines, {
        batches: claims.batches === 'partial' ? 'partial' : 'whole',
        calls: Array.isArray(claims.calls) ? claims.calls : STANDARD_CALLS,
        failures: Array.isArray(claims.failures) ? claims.failures : WHOLE.failures,
      });
      lines = [];
    } else lines.push(words);
  }
}

await serve(process.argv[2] ?? '');
