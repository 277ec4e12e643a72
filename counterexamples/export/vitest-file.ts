/**
 * A regression as a vitest file: the calls of the program one after the other, each with what the specification demands of the
 * answer. The file imports this package only for the types of the interface and to build the manager. It contains no judge, and reads like a test written by hand.
 */
import { guardsBehindNamed } from '../../runner/index.ts';
import {
  type Argument,
  addressesOf,
  argumentAt,
  type Call,
  describedCall,
  endOf,
  formatProgram,
  movesMemory,
  namesOnePage,
  namesResult,
  type Operation,
  ownedRegions,
  type Profile,
  parametersOf,
  type Reference,
  resultName,
  STANDARD_CALLS,
  toHex,
} from '../../spec/index.ts';
import type { Demand } from '../trace/moments.ts';
import { openOf, profileLine, type Regression } from './regression.ts';
import { helpersFor } from './vitest-helpers.ts';

interface VitestOptions {
  /** The import path of the module whose default export builds the manager; null for this package's own. */
  readonly module: string | null;
}

function literal(argument: Argument): string {
  if (typeof argument === 'number') return String(argument);
  const isSmall = argument >= 0n && argument < 1_000_000n;
  return isSmall ? String(argument) : argument < 0n ? `${argument}n` : `${toHex(argument)}n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** An address in the code of the test. `batches` are the results that are arrays. */
function addressCode(reference: Reference, batches: ReadonlySet<string>): string {
  if (!namesResult(reference)) return literalBigint(reference.absolute);
  const { result, page, offset } = reference;
  const name = resultName(result);
  const first = batches.has(name)
    ? `pageOf(${name}, ${page})`
    : page === 0
      ? name
      : `${name} + ${page}n * PAGE`;
  return offset === 0n
    ? first
    : `${first} ${offset < 0n ? '-' : '+'} ${toHex(offset < 0n ? -offset : offset)}n`;
}

function literalBigint(n: bigint): string {
  return n < 0n ? `-${toHex(-n)}n` : `${toHex(n)}n`;
}

/** Returns the code of what lies behind a batch to free, as when it was judged. */
function guardsOf(addresses: readonly string[]): readonly string[] {
  return Array.from({ length: guardsBehindNamed(addresses.length) }, () => 'UNTOUCHED');
}

function callCode(operation: Operation<Reference>, batches: ReadonlySet<string>): string {
  const texts = parametersOf(operation.call).map((parameter): string => {
    const addresses = addressesOf(operation).map((reference) => addressCode(reference, batches));
    const value = argumentAt(operation, parameter);
    if (parameter.kind === 'addresses')
      return `BigUint64Array.of(${[...addresses, ...guardsOf(addresses)].join(', ')}), ${addresses.length}`;
    if (typeof value !== 'bigint' && typeof value !== 'number') return addresses.join();
    return parameter.kind === 'batchCount' ? `entries, ${literal(value)}` : literal(value);
  });
  // Optional methods may be missing.
  const name = STANDARD_CALLS.includes(operation.call) ? operation.call : `${operation.call}?.`;
  return `pmm.${name}(${texts.join(', ')})`;
}

function promisedLines({ promised, result }: Demand, isBatch: boolean): readonly string[] {
  if (promised === null || result === null || promised.length === 0) return [];
  const actual = isBatch ? `${result}.map(frameOf)` : `[frameOf(${result})]`;
  return [`expect(${actual}).toEqual([${promised.map((frame) => `${frame}n`).join(', ')}]); // promised`];
}

/** The amount that a call returns. */
function amountCode(call: Call, free: number): string {
  if (call === 'totalAmount') return 'TOTAL';
  return call === 'freeAmount' ? String(free) : `TOTAL - ${free}`;
}

/** The zone of the page frames that a call must hand out. */
function zoneOf({ inStack, pages }: Demand): string {
  if (inStack === null) return quoted('either');
  return quoted(inStack === pages ? 'stack' : inStack === 0 ? 'bitmap' : 'either');
}

function stackFirstLines({ inStack, pages, result }: Demand): readonly string[] {
  if (inStack === null || inStack === 0 || inStack === pages) return [];
  return [`expect(${result}.filter((page) => frameOf(page) * PAGE >= BITMAP_END)).toHaveLength(${inStack});`];
}

function fitLines({ fit, result, pages }: Demand): readonly string[] {
  if (fit === null) return [];
  const limits = [fit.maxAddr, fit.alignment].map(literalBigint);
  return [`expectFit(${result}, ${pages}, ${limits.join(', ')});`];
}

/** The lines that note what a call has given back. */
function releasedLines(addresses: readonly string[], { freed }: Demand): readonly string[] {
  return addresses.flatMap((address, i) =>
    (freed[i] ?? []).map(({ from, pages }) => {
      const first = from === 0 ? address : `${address} + ${from}n * PAGE`;
      return `released(${first}, ${pages});`;
    }),
  );
}

function grantedLines(demand: Demand, batches: ReadonlySet<string>, isPartial: boolean): readonly string[] {
  const { operation, result, free, pages } = demand;
  const code = callCode(operation, batches);
  const addresses = addressesOf(operation).map((reference) => addressCode(reference, batches));
  const { effect } = describedCall(operation.call);
  const open = openOf(demand);
  switch (effect) {
    case 'single':
      return [`const ${result} = granted(${code}, 1, ${zoneOf(demand)});`, ...promisedLines(demand, false)];
    case 'run':
      return [
        ...(open === null
          ? []
          : [`const perhaps_${result} = ${code};`, `if (perhaps_${result} === null) return; // ${open}`]),
        `const ${result} = granted(${open === null ? code : `perhaps_${result}`}, ${pages}, ${zoneOf(demand)});`,
        ...fitLines(demand),
        ...promisedLines(demand, false),
      ];
    case 'batch':
      return [
        isPartial && 'count' in operation
          ? `const ${result} = grantedSome(${literal(operation.count)}, ${pages}, ${zoneOf(demand)});`
          : `const ${result} = grantedPages(${pages}, ${zoneOf(demand)});`,
        ...stackFirstLines(demand),
        ...promisedLines(demand, true),
      ];
    case 'shared':
      return [`expect(${code}).not.toBe(false);`];
    case 'added':
      return [
        `${code};`,
        ...(pages === 0 ? [] : [`TOTAL += ${pages};`, `released(${addresses.join()}, ${pages});`]),
      ];
    case 'removed':
      return [
        `expect(${code}).not.toBe(false);`,
        ...(pages === 0 ? [] : [`TOTAL -= ${pages};`, `removed(${addresses.join()}, ${pages});`]),
      ];
    case 'named':
    case 'region':
      return [`${code};`, ...releasedLines(addresses, demand)];
    default:
      return [`expect(${code}).toBe(${amountCode(operation.call, free)});`];
  }
}

function refusedLines(demand: Demand, batches: ReadonlySet<string>): readonly string[] {
  const { operation } = demand;
  const open = openOf(demand);
  if (open !== null) return [`if (${callCode(operation, batches)} !== null) return; // ${open}`];
  if (operation.call === 'retain' || operation.call === 'removeRegion')
    return [`expect(${callCode(operation, batches)}).toBe(false);`];
  if (operation.call !== 'allocPages') return [`expect(${callCode(operation, batches)}).toBeNull();`];
  return [`expectRefusedPages(${literal(operation.count)});`];
}

/** The page frame and the owner that a panic must name; empty where it may name one of several. */
function blamed({ operation, expected, pages }: Demand): string {
  if (expected.kind !== 'misused' || expected.frame === null || expected.duplicate) return '{}';
  return namesOnePage(operation.call) || pages === 1
    ? `{ pfn: ${expected.frame}, owner: ${quoted(expected.owner ?? '')} }`
    : '{}';
}

function demandLines(
  demand: Demand,
  names: ReadonlySet<string>,
  { misuse, batches: granted }: Profile,
): readonly string[] {
  const batches = names;
  const { operation, expected, free } = demand;
  const call = quoted(operation.call);
  if (expected.kind === 'granted')
    return [...grantedLines(demand, batches, granted === 'partial'), `expectSuccess(${free});`];
  if (expected.kind === 'refused')
    return [...refusedLines(demand, batches), `expectFailure(${call}, ${free}); // ${expected.why}`];
  if (misuse === 'refused')
    return [
      `expect(${callCode(operation, batches)}).toBe(false); // ${expected.why}`,
      `expectAmounts(${free});`,
    ];
  const run =
    operation.call === 'allocPages'
      ? `pmm.allocPages(new BigUint64Array(4), ${literal(operation.count)})`
      : callCode(operation, batches);
  return [
    `expectPanic(${call}, () => ${run}, ${blamed(demand)}); // ${expected.why}`,
    `expectAmounts(${free});`,
  ];
}

function programLines({ demands, free, runs, violation, scenario, profile }: Regression): readonly string[] {
  const batches = new Set<string>();
  const names = formatProgram(scenario.operations);
  const lines = demands.flatMap((demand) => {
    if (demand.operation.call === 'allocPages' && demand.result !== null) batches.add(demand.result);
    const text = names[scenario.operations.indexOf(demand.operation)] ?? '';
    return ['', `// ${text}`, ...demandLines(demand, batches, profile)];
  });
  const inspected =
    violation?.clause === 'owner.agrees'
      ? ['', 'expectConditions([', ...runs.map((run) => `  ${conditionCode(run)},`), ']);']
      : [];
  return [`expectAmounts(${free});`, ...lines, ...inspected].map((line) => (line === '' ? '' : `  ${line}`));
}

function conditionCode({ base, count, condition }: Regression['runs'][number]): string {
  return `{ base: ${base}, count: ${count}, condition: ${quoted(condition)} }`;
}

function mapLines({ scenario }: Regression): readonly string[] {
  return scenario.map.descriptors.map(
    ({ type, start, pages }) => `  { type: ${quoted(type)}, start: ${toHex(start)}n, pages: ${pages} },`,
  );
}

function freeRanges({ scenario }: Regression): string {
  const ranges = ownedRegions(scenario.map).filter(({ owner }) => owner === 'pmm');
  return `[${ranges.map((region) => `[${region.base}n, ${endOf(region)}n]`).join(', ')}]`;
}

function headLines(
  { violation, sentence, scenario, total, profile }: Regression,
  { module }: VitestOptions,
): readonly string[] {
  const found =
    violation === null ? [] : [` * ${violation.at < 0 ? 'init' : 'the last call'}: ${violation.explanation}`];
  const claims = profileLine(profile);
  const builder =
    module === null
      ? ["import { createPmm } from 'frameproof/impl';"]
      : ["import { factoryFrom } from 'frameproof/runner';"];
  return [
    '/**',
    ` * ${violation?.clause ?? 'a program that holds'}: ${sentence}`,
    ...found,
    ...(claims === null ? [] : [` * ${claims}`]),
    ' *',
    ' * Written by `frameproof export` from a saved counterexample.',
    ' */',
    ...builder,
    "import { config, memoryMap, type Pmm } from 'frameproof/spec';",
    "import { expect, it } from 'vitest';",
    ...(module === null ? [] : [`import allocator from ${quoted(module)};`]),
    '',
    'const PAGE = 4096n;',
    `const HIGHER_HALF = ${toHex(scenario.config.higherHalf)}n;`,
    `const BITMAP_END = ${toHex(scenario.config.bitmapMaxAddr)}n;`,
    `${movesMemory(profile) ? 'let' : 'const'} TOTAL = ${total};`,
  ];
}

function buildLines({ profile }: Regression, { module }: VitestOptions): readonly string[] {
  const isWhole = STANDARD_CALLS.every((call) => profile.calls.includes(call));
  const calls = isWhole ? '' : `, [${profile.calls.map(quoted).join(', ')}]`;
  const create = module === null ? 'createPmm' : `factoryFrom(allocator, ${quoted(module)}${calls})`;
  return [
    'const options = { config: config({ bitmapMaxAddr: BITMAP_END, higherHalf: HIGHER_HALF }), warn, memory };',
    `const pmm: Pmm = ${create}(map, options);`,
    ...(profile.failures.includes('errno')
      ? ['// Of the caller: only a call that fails may change it.', "pmm.errno = 'EINTR';"]
      : []),
  ];
}

/** The options that the manager is built with: the same in every file. */
const OPTIONS = `
/** Physical memory, for managers that keep their data in free pages, and the page frames written to. */
const words = new Map<bigint, bigint>();
const written = new Set<bigint>();
const memory = {
  read: (address: bigint): bigint => words.get(address) ?? 0n,
  write: (address: bigint, value: bigint): void => {
    written.add(address / PAGE);
    words.set(address, BigInt.asUintN(64, value));
  },
};
const warnings: string[] = [];
const warn = (line: string): void => {
  warnings.push(line);
};
`;

/** Returns the text of a vitest file that fails where the clause is violated, and passes where it holds. */
export function vitestFile(regression: Regression, options: VitestOptions): string {
  const { violation } = regression;
  const program = programLines(regression).join('\n');
  const name = violation === null ? 'holds' : `${violation.clause} holds`;
  const lines = [
    ...headLines(regression, options),
    '/** RAM that is free after init, as page frames [first, end). */',
    `const FREE_AT_FIRST: readonly (readonly [bigint, bigint])[] = ${freeRanges(regression)};`,
    OPTIONS,
    'const map = memoryMap([',
    ...mapLines(regression),
    ']);',
    ...buildLines(regression, options),
    '',
    ...helpersFor(program, regression.profile).flatMap((helper) => [helper, '']),
    `it(${quoted(name)}, () => {`,
    program,
    '});',
    '',
  ];
  return lines.join('\n');
}
