/**
 * The worker of the playground: runs what `check` and `explore` run, in the page. It is given the allocators that the page has beside ours
 * and the mutants. A target that does not return is ended by the page, with its worker.
 */
import { shrink } from '../../counterexamples/shrink/index.ts';
import {
  explore,
  exploreUnsaved,
  howSaved,
  operationInstances,
  smallWorld,
} from '../../properties/explore/index.ts';
import { type CampaignResult, DEFAULT_OPERATIONS, runCampaign } from '../../properties/random/index.ts';
import { factoryFrom, factoryTarget, OURS, type Target, type World } from '../../runner/index.ts';
import { MUTANTS, targetOf } from '../../runner/mutants/index.ts';
import { wasmTarget } from '../../runner/wasm/index.ts';
import { config, counted, grouped, type Policy, type Trace } from '../../spec/index.ts';
import { importMemoryMap } from '../../spec/maps/index.ts';
import type { Section } from '../data.ts';
import { graphSections } from '../graph-section.ts';
import { shrinkingSections } from '../shrinking-section.ts';
import type { Job, Told } from './job.ts';

/** A module whose default export builds a manager. */
interface ExampleModule {
  readonly default: unknown;
  readonly policies?: readonly string[];
}
type Examples = Readonly<Record<string, ExampleModule>>;

const SHRINK_MS = 10_000;

function tell(told: Told): void {
  postMessage(told);
}

function targetFor({ target: name, wasm }: Job, examples: Examples): Target {
  // The page ends what does not return.
  const programMs = Number.POSITIVE_INFINITY;
  if (wasm !== null) return wasmTarget(wasm, name, { programMs });
  if (name === OURS.name) return OURS;
  const example = examples[name];
  if (example !== undefined) {
    const policies = (example.policies ?? []) as readonly Policy[];
    return factoryTarget({ create: factoryFrom(example.default, name), name, policies, programMs });
  }
  const mutant = MUTANTS.find((one) => one.name === name);
  if (mutant === undefined) throw new Error(`${name}: there is no such allocator`);
  return targetOf(mutant);
}

function worldsOf({ map }: Job): readonly (World & { readonly name: string })[] {
  if (map.trim() === '') return [];
  return [{ name: 'the map of this page', map: importMemoryMap(map, 'the map').map, config: config() }];
}

function traceSection(title: string, trace: Trace): Section {
  const length = counted(trace.scenario.operations.length, 'operation');
  return { kind: 'trace', title: `${title}: ${length}`, trace, replay: null };
}

/** Returns the verdict on a found program; null where there is none. */
function violatedBy(trace: Trace | null): string | null {
  return trace === null ? null : `violated: ${trace.violation?.clause}`;
}

/** Returns the sections of a found program: as it was shrunk, and as it was found. */
function foundSections(target: Target, found: Trace): readonly Section[] {
  tell({ kind: 'progress', text: 'shrinking' });
  const shrinking = shrink(target, found, { ms: SHRINK_MS });
  const shrunk = shrinking.verdict === 'shrunk' ? shrinking.trace : found;
  return [
    traceSection(found.violation?.clause ?? 'found', shrunk),
    traceSection('as found', found),
    ...shrinkingSections(found, shrinking),
  ];
}

function runSection({ findings: _, ...result }: CampaignResult, target: Target): Section {
  return { kind: 'run', title: `run of ${target.name}`, result };
}

async function check(job: Job, target: Target): Promise<Told> {
  const worlds = worldsOf(job);
  const { programs, seed } = job;
  const result = await runCampaign({
    target,
    worlds,
    generated: worlds.length === 0,
    programs,
    operations: DEFAULT_OPERATIONS,
    seed,
    stopFirst: true,
    onProgress: ({ programs: done }) =>
      tell({ kind: 'progress', text: `${done} of ${counted(programs, 'program')}` }),
  });
  const [finding] = result.findings;
  const sections = finding === undefined ? [] : foundSections(target, finding.trace);
  const text =
    finding === undefined
      ? `holds: no counterexample in ${counted(result.programs, 'program')}, seed ${seed}`
      : `${violatedBy(finding.trace)}, seed ${seed}`;
  return { kind: 'done', text, sections: [...sections, runSection(result, target)] };
}

async function search({ stack, bitmap }: Job, target: Target): Promise<Told> {
  const world = smallWorld({ stack, bitmap });
  const operations = operationInstances(world, { target });
  const onProgress = ({ states }: { readonly states: number }): void =>
    tell({ kind: 'progress', text: `${grouped(states)} states` });
  const options = { target, world, policies: target.policies, operations, onProgress };
  if (howSaved(target, world) === null) {
    const { end, trace, modelStates } = await exploreUnsaved(options);
    const how = end === 'walked' ? ': it cannot be saved, so state that it hides was met only by chance' : '';
    const text = violatedBy(trace) ?? `${end}${how} (${counted(modelStates, 'state')} of the model)`;
    return { kind: 'done', text, sections: trace === null ? [] : foundSections(target, trace) };
  }
  const result = await explore({ ...options, graph: true });
  const found = result.trace === null ? [] : foundSections(target, result.trace);
  const states = `${grouped(result.states)} states, ${grouped(result.transitions)} transitions`;
  const text =
    violatedBy(result.trace) ??
    (result.end === 'closed'
      ? `closed: every sequence of ${counted(operations.length, 'operation')}, of any length, holds (${states})`
      : `${result.end}: ${states}`);
  return { kind: 'done', text, sections: [...found, ...graphSections(result, world, target)] };
}

/** Answers the jobs of the page. `examples` are modules by their names. */
export function serve(examples: Examples): void {
  addEventListener('message', async ({ data }: MessageEvent<Job>) => {
    try {
      const target = targetFor(data, examples);
      tell(await (data.command === 'check' ? check(data, target) : search(data, target)));
    } catch (error) {
      tell({ kind: 'failed', text: error instanceof Error ? error.message : String(error) });
    }
  });
}
