/**
 * The suite of `frameproof check` in a user's own tests: the corpus, then random programs on generated maps and on given ones. It is
 * a list of parts, each of which resolves or rejects with the report, so that any test runner can run it.
 */
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { OWN_CORPUS, replayCorpus } from '../counterexamples/corpus/index.ts';
import { doubtLines, settled, shrink } from '../counterexamples/shrink/index.ts';
import { formatCounterexample } from '../counterexamples/text/index.ts';
import { saveTrace } from '../counterexamples/trace/index.ts';
import {
  factoryTarget,
  lookAt,
  PROGRAM_MS,
  rewatchRealm,
  type Target,
  worldBeyond,
} from '../runner/index.ts';
import { loadTarget } from '../runner/load/index.ts';
import {
  blamedCall,
  decodeProfile,
  isSpecError,
  type OwnClause,
  type Policy,
  type SomePmmFactory,
  type Trace,
} from '../spec/index.ts';
import { printable } from '../spec/text/index.ts';
import {
  type CampaignOptions,
  DEFAULT_OPERATIONS,
  type NamedWorld,
  runCampaign,
} from './random/campaign/campaign.ts';
import { byGravity, type Finding } from './random/campaign/finding.ts';
import { activeTimers, keepProcessAlive, timersEnd, watchProcess } from './watch/index.ts';

/**
 * The options of {@link checkPmm}.
 * @public
 */
export interface CheckPmmOptions {
  /** The policies that the manager promises beyond the specification. Default: what its module or its profile promises. */
  readonly policies?: readonly Policy[];
  /** Its claims, as `--profile` reads them: `{ zones: 1 }`. Default: what its module claims, else the whole specification. */
  readonly profile?: object;
  /** Number of programs on generated maps. Default: 1000, with which every situation must be met. */
  readonly programs?: number;
  /** Most operations in a program. Default: 200. */
  readonly operations?: number;
  /** Milliseconds that a program may take, as `--program-time` says. Default: 1000. Large memory maps and long programs add to it. */
  readonly programMs?: number;
  /** Default: 1, so that a test run is the same each time. */
  readonly seed?: number;
  /** Memory maps to check in addition to the generated ones; each gets a tenth as many programs. */
  readonly worlds?: readonly NamedWorld[];
  /** Own clauses to check in addition to the specification and to its module's. Default: none. */
  readonly checks?: readonly OwnClause[];
  /** Folder for counterexamples: replayed first, and saved to. Default: `counterexamples` in the current folder. */
  readonly saveTo?: string;
}

/**
 * A manager to check: a factory, or the path of a target (from the current folder) or its URL. A counterexample of a path can be
 * replayed as it was saved; one of a factory needs the name of a module.
 * @public
 */
export type PmmSource = SomePmmFactory | string | URL;

/** A counterexample as a test failure: its message is the whole report. */
class CounterexampleError extends Error {
  override readonly name = 'CounterexampleError';
}

/** One test of the suite. */
interface Part {
  readonly title: string;
  /** Resolves if the manager holds. */
  readonly run: () => Promise<void>;
}

/** Opens the target of a manager, held to its claims. */
async function openTarget(name: string, source: PmmSource, options: CheckPmmOptions): Promise<Target> {
  const { policies, programMs = PROGRAM_MS, checks = [] } = options;
  rewatchRealm();
  const profile =
    options.profile === undefined ? undefined : decodeProfile(options.profile, `${name}: profile`);
  if (typeof source === 'function') {
    const claims = { name, policies: policies ?? profile?.policies ?? [], profile, checks };
    return factoryTarget({ ...claims, create: source, programMs });
  }
  const path = relative('', resolve(source instanceof URL ? fileURLToPath(source) : source));
  const target = await loadTarget(path, policies, { profile, programMs });
  return target.withClaims({ checks: [...target.checks, ...checks] });
}

/** Saves a counterexample. One that cannot be saved is shown all the same. */
function savedLines(folder: string, trace: Trace, isLoadable: boolean): readonly string[] {
  try {
    const path = saveTrace(folder, trace);
    return [
      `saved     ${path}`,
      `next: npx frameproof replay ${path}${isLoadable ? '' : ' --target MODULE'}`,
    ];
  } catch (error) {
    if (!isSpecError(error)) throw error;
    return [`not saved ${error.message}`];
  }
}

/** Claims are tried for this long. */
const HINT_MS = 5000;

/** Timers of a manager have this long to end once its programs have run. */
const LATE_MS = 500;

/** Whether a file of the user's is at work, and not only the test runner. */
function isByUser(): boolean {
  // They are omitted while a call is made.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 10;
  const { place } = lookAt(new Error('who calls'));
  Error.stackTraceLimit = stackTraceLimit;
  return place !== null;
}

/** The suite on one manager. */
class Suite {
  readonly #name: string;
  readonly #source: PmmSource;
  readonly #options: CheckPmmOptions;
  readonly #folder: string;

  constructor(name: string, source: PmmSource, options: CheckPmmOptions) {
    this.#name = name;
    this.#source = source;
    this.#options = options;
    this.#folder = options.saveTo ?? 'counterexamples';
  }

  get parts(): readonly Part[] {
    const { programs = 1000, seed = 1, worlds = [] } = this.#options;
    return [
      {
        title: 'satisfies every clause on the corpus',
        run: () => this.#on((target) => this.#corpus(target)),
      },
      {
        title: `satisfies every clause in ${programs} programs on generated maps (seed ${seed})`,
        run: () => this.#on((target) => this.#campaign(target, { worlds: [], generated: true, programs })),
      },
      ...worlds.map((world) => ({
        title: `satisfies every clause on ${world.name} (seed ${seed})`,
        run: () => this.#on((target) => this.#campaign(target, this.#onWorld(target, world, programs))),
      })),
    ];
  }

  async #on(check: (target: Target) => void | Promise<void>): Promise<void> {
    const timers = activeTimers();
    const giveBack = keepProcessAlive(isByUser);
    // A thread of a test runner cannot be looked into.
    const watch = isMainThread ? watchProcess(null) : null;
    try {
      const target = await openTarget(this.#name, this.#source, this.#options);
      try {
        await check(target);
        // What they throw is an error of the test under way.
        await timersEnd(performance.now() + LATE_MS, timers);
      } finally {
        await target.close();
      }
    } finally {
      await watch?.end();
      giveBack();
    }
  }

  async #corpus(target: Target): Promise<void> {
    // The user's own counterexamples are the first to see.
    const files = replayCorpus(target, [this.#folder, OWN_CORPUS]);
    const findings = files.flatMap(({ path, verdict, trace }) =>
      verdict === 'violated' && trace !== null ? [{ trace, from: path, block: null }] : [],
    );
    await this.#failOn(target, findings);
    const useless = files.filter(({ verdict }) => verdict === 'unusable' || verdict === 'outdated');
    const lines = useless.map(({ path, reason }) => `${path}: ${reason}`);
    if (lines.length > 0)
      throw new Error(
        `traces of the corpus that cannot be used: delete them, or mend them\n${lines.join('\n')}`,
      );
  }

  #onWorld(target: Target, world: NamedWorld, programs: number): CampaignPart {
    const why = worldBeyond(target.profile, world);
    if (why !== null) throw new Error(`${world.name}: expected a memory map that its profile allows: ${why}`);
    return { worlds: [world], generated: false, programs: Math.ceil(programs / 10) };
  }

  async #campaign(target: Target, part: CampaignPart): Promise<void> {
    const { operations = DEFAULT_OPERATIONS, seed = 1 } = this.#options;
    const { findings, unreached } = await runCampaign({ target, operations, seed, ...part });
    await this.#failOn(target, findings);
    if (unreached.length > 0) throw new Error(`never met in the whole run: ${unreached.join('; ')}`);
  }

  /** Fails where there are findings: the gravest is shrunk, saved and shown in full, the others in a line each. */
  async #failOn(target: Target, findings: readonly Finding[]): Promise<void> {
    const [gravest, ...others] = byGravity(findings);
    if (gravest === undefined) return;
    const isLoadable = typeof this.#source !== 'function';
    const shrunk = { found: gravest.trace, shrinking: shrink(target, gravest.trace) };
    const found = await settled(target, shrunk, { isAnew: isLoadable });
    const { trace } = found;
    const { hintOn } = await import('./fit/index.ts');
    const end = performance.now() + HINT_MS;
    const hint = found.flaky === null ? hintOn(target, trace, () => performance.now() > end) : null;
    const lines = [
      ...formatCounterexample(trace),
      ...(hint === null ? [] : [`hint      ${hint}`]),
      ...doubtLines({ ...shrunk, ...found }).map((line) => `flaky     ${line}`),
      gravest.from === null ? `seed      ${this.#options.seed ?? 1}` : `of        ${gravest.from}`,
      ...others.map(otherLine),
      ...savedLines(this.#folder, trace, isLoadable),
    ];
    throw new CounterexampleError(printable(`the specification is violated\n${lines.join('\n')}`));
  }
}

/** Returns the line of a violation that is less grave than the one that is shown. */
function otherLine({ trace: { violation, scenario } }: Finding): string {
  return violation === undefined
    ? ''
    : `also      ${violation.clause} (${blamedCall(violation, scenario.operations)})`;
}

type CampaignPart = Pick<CampaignOptions, 'worlds' | 'generated' | 'programs'>;

/** Returns the parts of the suite, for runners that show them one by one. */
export function suiteOf(name: string, source: PmmSource, options: CheckPmmOptions = {}): readonly Part[] {
  return new Suite(name, source, options).parts;
}

/**
 * Checks a manager against every clause of the specification: on the corpus, on generated memory maps and on the given ones. For
 * `node:test`, Jest and any other test runner; in vitest, `describePmm` makes a test of each part.
 *
 * @throws an error whose message is the shrunk counterexample, which it saves.
 * @public
 */
export async function checkPmm(name: string, source: PmmSource, options?: CheckPmmOptions): Promise<void> {
  for (const { run } of suiteOf(name, source, options)) await run();
}
