/** What `frameproof explore` prints: what was searched, how far, and what that shows. Pure: from a result to text. */
import { type Exploration, framesOfWorld, type UnsavedExploration } from '../properties/explore/index.ts';
import type { Target, World } from '../runner/index.ts';
import { type ClauseText, type Operation, ownerAfterInit, regionOf } from '../spec/index.ts';
import { grouped } from './count-table.ts';

interface Header {
  readonly target: Target;
  readonly world: World;
  readonly operations: readonly Operation[];
  readonly isSaved: boolean;
}

/** Returns the extents of a world, for example `0-0 pmm, 1-1 boot, 2-8 pmm`. */
function extentsOf({ map }: World): string {
  return map.descriptors
    .filter(({ pages }) => pages > 0)
    .map((descriptor) => {
      const { base, count } = regionOf(descriptor);
      const frames = count === 1 ? `${base}` : `${base}-${base + count - 1}`;
      return `${frames} ${ownerAfterInit(descriptor.type)}`;
    })
    .join(', ');
}

function worldText(world: World): string {
  const { manageable, limit } = framesOfWorld(world);
  const stack = manageable.filter((frame) => frame >= limit).length;
  return `${stack} page frames of the stack zone and ${manageable.length - stack} of the bitmap zone that change hands (${extentsOf(world)})`;
}

function callsText(operations: readonly Operation[]): string {
  const counts = new Map<string, number>();
  for (const { call } of operations) counts.set(call, (counts.get(call) ?? 0) + 1);
  return [...counts].map(([call, count]) => `${call} ${count}`).join(', ');
}

/** Returns what is about to be searched. */
export function exploreHeader({ target, world, operations, isSaved }: Header): string {
  const promises = target.policies.length === 0 ? 'no policy' : target.policies.join(', ');
  const way = isSaved
    ? 'search of all states, saved and loaded'
    : 'programs run from init, since the manager offers no saveState() and loadState()';
  return [
    `target      ${target.name} (promises ${promises})`,
    `world       ${worldText(world)}`,
    `operations  ${grouped(operations.length)}: ${callsText(operations)}`,
    `by          ${way}`,
    '',
  ].join('\n');
}

const MIB = 2 ** 20;

function rate(n: number, seconds: number): string {
  return seconds > 0 ? grouped(Math.round(n / seconds)) : '-';
}

function mebibytes(bytes: number): string {
  return `${grouped(Math.round(bytes / MIB))} MiB`;
}

/** Returns names, wrapped so that lines stay short, each line indented. */
function wrapped(names: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 96) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(`  ${name}`);
  }
  return lines;
}

function namesOf(clauses: readonly ClauseText[]): readonly string[] {
  return clauses.map(({ name }) => name);
}

/** The clauses, by how they were met. */
function clauseLines({ clauses: { both, one, never } }: Exploration): readonly string[] {
  const part = (title: string, clauses: readonly ClauseText[]): readonly string[] =>
    clauses.length === 0 ? [] : [title, ...wrapped(namesOf(clauses))];
  return [
    ...part('each clause of these, met on both of its sides:', both),
    ...part('and of these, which were met on one side alone:', one),
    ...part('never exercised here, and not claimed:', never),
  ];
}

function countLines(result: Exploration, peakBytes: number): readonly string[] {
  const { states, modelStates, transitions, changing, levels, seconds } = result;
  return [
    `states      ${grouped(states)} (${grouped(modelStates)} of the model), depth ${Math.max(0, levels.length - 1)}`,
    `transitions ${grouped(transitions)} judged, ${grouped(changing)} of them to another state`,
    `time        ${seconds.toFixed(1)} s: ${rate(states, seconds)} states/s, ${rate(transitions, seconds)} transitions/s`,
    `memory      ${mebibytes(peakBytes)} at most`,
    '',
  ];
}

const STOPPED = {
  depth: 'stopped at the depth that was asked for',
  states: 'stopped by the state budget',
  time: 'stopped by the time budget',
  memory: 'stopped for want of memory: more with --memory',
  interrupted: 'interrupted',
} as const;

/** What a search shows that has not come to its end. */
function partialLines(result: Exploration, end: keyof typeof STOPPED): readonly string[] {
  const { depth, states, expanded, operations } = result;
  const programs = `every program of up to ${depth} of these ${grouped(operations.length)} operations holds`;
  return [
    `${STOPPED[end]}: no counterexample so far, and no proof`,
    `${depth === 0 ? 'init holds' : programs}; of longer ones nothing is claimed`,
    `${grouped(expanded)} of the ${grouped(states)} states met so far have had every operation performed`,
  ];
}

function conclusion(result: Exploration, world: World): readonly string[] {
  const { end, operations, trace } = result;
  if (end === 'violated') {
    const length = trace?.scenario.operations.length ?? 0;
    const shorter =
      length === 0
        ? 'init breaks a clause'
        : `every program of fewer than ${length} operations holds on this world`;
    return [`broken: a shortest program has ${length} operations; ${shorter}`];
  }
  if (end !== 'closed') return partialLines(result, end);
  return [
    `closed: every sequence of these ${grouped(operations.length)} operations, of any length, on ${worldText(world)} satisfies`,
    ...clauseLines(result),
  ];
}

/** Returns what was run, of a target that cannot be saved. */
function runLines(result: UnsavedExploration): readonly string[] {
  const { depth, programs, modelStates, finished, calls, managers, farthest, seconds } = result;
  const walked =
    calls === 0
      ? []
      : [
          `walk        ${grouped(calls)} calls on ${grouped(managers)} managers, one after the other`,
          `states      ${grouped(modelStates)} of the model, depth ${farthest}; ${grouped(finished)} of them with every operation tried`,
        ];
  const all = calls === 0 ? '' : `, all of up to ${depth} operations`;
  return [
    `programs    ${grouped(programs)} from init${all}`,
    ...walked,
    `time        ${seconds.toFixed(1)} s`,
    '',
  ];
}

function unsavedLines(result: UnsavedExploration): readonly string[] {
  const { depth, end, calls, trace } = result;
  const counts = runLines(result);
  if (end === 'violated') {
    const length = trace?.scenario.operations.length ?? 0;
    const how = calls === 0 ? 'a shortest program' : 'a walk that breaks a clause, not a shortest program,';
    return [...counts, `broken: ${how} has ${grouped(length)} operations`];
  }
  const walked =
    end === 'walked'
      ? 'walked: every operation was tried in every state of the model that the target lets itself be led to'
      : `${STOPPED[end]}: no counterexample so far`;
  return [
    ...counts,
    walked,
    `every program of up to ${depth} operations was run from init and holds`,
    'what the target hides beyond the state of the model was met by chance alone: of longer programs nothing is proved',
  ];
}

/** Returns how far the search went, and what it shows. */
export function exploreReport(
  result: Exploration | UnsavedExploration,
  world: World,
  peakBytes: number,
): string {
  const lines =
    result.kind === 'unsaved'
      ? unsavedLines(result)
      : [...countLines(result, peakBytes), ...conclusion(result, world)];
  return `${lines.join('\n')}\n`;
}

/** Returns the result as `--json` prints it. */
export function exploreJson(result: Exploration | UnsavedExploration, peakBytes: number): object {
  const { operations, trace, ...counts } = result;
  const shortest = trace === null ? {} : { found: trace.scenario.operations.length };
  const common = { ...counts, operations: operations.length, ...shortest, peakBytes };
  if (!('clauses' in result)) return common;
  const { both, one, never } = result.clauses;
  return { ...common, clauses: { both: namesOf(both), one: namesOf(one), never: namesOf(never) } };
}
