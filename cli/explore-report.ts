/** The report of `frameproof explore`: the world that was searched, how far, and what that shows. Pure: from a result to text. */
import {
  type Exploration,
  framesOfWorld,
  referencesOf,
  type UnsavedExploration,
} from '../properties/explore/index.ts';
import type { Target, World } from '../runner/index.ts';
import {
  type ClauseText,
  counted,
  grouped,
  type Operation,
  ownerAfterInit,
  type Profile,
  regionOf,
  uncheckedBy,
} from '../spec/index.ts';
import { wrapped } from './print.ts';

interface Header {
  readonly target: Target;
  readonly world: World;
  readonly operations: readonly Operation[];
  /** How states are saved; null if they cannot be. */
  readonly saves: string | null;
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

function worldText(world: World, profile: Profile): string {
  const { manageable, limit } = framesOfWorld({ ...world, profile });
  const stack = manageable.filter((frame) => frame >= limit).length;
  return `${counted(stack, 'page frame')} of the stack zone and ${manageable.length - stack} of the bitmap zone that change hands (${extentsOf(world)})`;
}

function callsText(operations: readonly Operation[]): string {
  const counts = new Map<string, number>();
  for (const { call } of operations) counts.set(call, (counts.get(call) ?? 0) + 1);
  return [...counts].map(([call, count]) => `${call} ${count}`).join(', ');
}

/** Returns what is about to be searched. */
export function exploreHeader({ target, world, operations, saves }: Header): string {
  const promises = target.policies.length === 0 ? 'no policy' : target.policies.join(', ');
  const way =
    saves === null
      ? 'programs run from init, since the manager offers no saveState() and loadState()'
      : `search of all states, ${saves}`;
  return [
    `target      ${target.name} (promises ${promises})`,
    ...(target.compiled === null ? [] : [`compiled    ${target.compiled}`]),
    `world       ${worldText(world, target.profile)}`,
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

function namesOf(clauses: readonly ClauseText[]): readonly string[] {
  return clauses.map(({ name }) => name);
}

/** The clauses, by the sides on which they were met. */
function clauseLines({ clauses: { both, one, never } }: Exploration): readonly string[] {
  const part = (title: string, clauses: readonly ClauseText[]): readonly string[] =>
    clauses.length === 0 ? [] : [title, ...wrapped(namesOf(clauses).join(', '), '  ')];
  return [
    ...part('each of these clauses, met on both of its sides:', both),
    ...part('and each of these, met on one side only:', one),
    ...part('never exercised here, so nothing is claimed of:', never),
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
  states: 'stopped by --states (raise it to go on)',
  time: 'stopped by --time (raise it to go on)',
  memory: 'stopped by --memory (raise it to go on)',
  interrupted: 'interrupted',
} as const;

/** The lines on a search that was stopped before it closed. */
function partialLines(result: Exploration, end: keyof typeof STOPPED): readonly string[] {
  const { depth, states, expanded, operations } = result;
  const programs = `every program of up to ${depth} of these ${counted(operations.length, 'operation')} holds`;
  return [
    `${STOPPED[end]}: no counterexample so far, and no proof`,
    `${depth === 0 ? 'init holds' : programs}; nothing is claimed of longer ones`,
    `every operation was tried in ${grouped(expanded)} of the ${counted(states, 'state')} met so far`,
  ];
}

/** Calls and arguments that the claims of a target take out of the search. */
function leftOutLines({ profile, policies }: Target): readonly string[] {
  const unchecked = uncheckedBy({ ...profile, policies }).filter(({ what }) => !/^policy/.test(what));
  const references = referencesOf(profile);
  const isBounded = references !== null && references !== profile.mostReferences;
  const bound = isBounded
    ? [`  more than ${references} references to a page frame: a search tries no more`]
    : [];
  if (unchecked.length + bound.length === 0) return [];
  return [
    'left out, by the claims of the target:',
    ...unchecked.map(({ what, why }) => `  ${what}: ${why}`),
    ...bound,
  ];
}

function conclusion(result: Exploration, target: Target, world: World): readonly string[] {
  const { end, operations, trace } = result;
  if (end === 'violated') {
    const length = trace?.scenario.operations.length ?? 0;
    const shorter =
      length === 0
        ? 'init violates a clause'
        : `every program of fewer than ${counted(length, 'operation')} holds on this world`;
    return [`violated: a shortest program has ${counted(length, 'operation')}; ${shorter}`];
  }
  if (end !== 'closed') return partialLines(result, end);
  return [
    `closed: every sequence of these ${counted(operations.length, 'operation')}, of any length, on ${worldText(world, target.profile)} satisfies`,
    ...clauseLines(result),
    ...leftOutLines(target),
  ];
}

/** The counts of a target that cannot be saved: it is run, not searched. */
function runLines(result: UnsavedExploration): readonly string[] {
  const { depth, programs, modelStates, finished, calls, managers, farthest, seconds } = result;
  const walked =
    calls === 0
      ? []
      : [
          `walk        ${counted(calls, 'call')} on ${counted(managers, 'manager')}, one after the other`,
          `states      ${grouped(modelStates)} of the model, depth ${farthest}; every operation tried in ${grouped(finished)} of them`,
        ];
  const all = calls === 0 ? '' : `, all of up to ${counted(depth, 'operation')}`;
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
    const how = calls === 0 ? 'a shortest program' : 'a walk that violates a clause, not a shortest program,';
    return [...counts, `violated: ${how} has ${counted(length, 'operation')}`];
  }
  const walked =
    end === 'walked'
      ? 'walked: every operation was tried in every state of the model that the target could be led to'
      : `${STOPPED[end]}: no counterexample so far`;
  return [
    ...counts,
    walked,
    `every program of up to ${counted(depth, 'operation')} was run from init and holds`,
    'state that the target hides from the model was met only by chance: nothing is shown of longer programs',
  ];
}

/** Returns the lines on how far the search went, and what it shows. */
export function exploreReport(
  result: Exploration | UnsavedExploration,
  {
    target,
    world,
    peakBytes,
  }: { readonly target: Target; readonly world: World; readonly peakBytes: number },
): readonly string[] {
  return result.kind === 'unsaved'
    ? unsavedLines(result)
    : [...countLines(result, peakBytes), ...conclusion(result, target, world)];
}

/** The verdict of a search, in the words of the other commands. */
const VERDICTS = {
  closed: 'holds',
  walked: 'holds',
  violated: 'violated',
  depth: 'partial',
  states: 'partial',
  time: 'partial',
  memory: 'partial',
  interrupted: 'interrupted',
} as const;

/** Returns the result as `--json` prints it. */
export function exploreJson(result: Exploration | UnsavedExploration, peakBytes: number): object {
  const { operations, trace, graph: _, tree: __, ...counts } = { graph: null, tree: null, ...result };
  const shortest = trace === null ? {} : { found: trace.scenario.operations.length };
  const verdict = VERDICTS[result.end];
  const common = { verdict, ...counts, operations: operations.length, ...shortest, peakBytes };
  if (!('clauses' in result)) return common;
  const { both, one, never } = result.clauses;
  return { ...common, clauses: { both: namesOf(both), one: namesOf(one), never: namesOf(never) } };
}
