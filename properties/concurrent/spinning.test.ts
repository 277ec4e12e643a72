/** Calls that do not return: locks on which callers spin, and loops without a step. */
import { describe, expect, it } from 'vitest';
import { type Guard, SharedPmm, sharedParts } from '../../impl/index.ts';
import { config, isSpecError, memoryMap, POLICIES } from '../../spec/index.ts';
import { exhaust } from './exhaust.ts';
import { sampleSchedules, tryRun } from './sample-schedules.ts';
import type { ConcurrentScenario } from './scenario.ts';
import { runnerOf } from './scenario-runner.ts';
import { following } from './schedulers.ts';
import { shrinkRun } from './shrink-run.ts';
import { type Chooser, Machine, newStepper } from './stepping.ts';
import type { CallerOptions, ConcurrentTarget } from './target.ts';

/** A word of the state that nothing else uses. */
const SPIN_AT = 15;

type LeaveLock = (release: () => void, call: string) => void;

/** Returns our implementation with a lock on which callers spin. */
function spinning(leave: LeaveLock = (release) => release()): ConcurrentTarget {
  const attach = (map: Parameters<ConcurrentTarget['attach']>[0], options: CallerOptions): SharedPmm => {
    const { words, steps } = options.shared;
    let call = '';
    const guard: Guard = {
      enter: (visit) => {
        call = visit;
        while (steps.compareExchange(words, SPIN_AT, 0, 1) !== 0);
      },
      leave: () => leave(() => steps.exchange(words, SPIN_AT, 0), call),
      noteBroken: () => {},
    };
    return new SharedPmm(sharedParts(map, options, options.shared, options.waiting), guard);
  };
  return { name: 'spinning', policies: POLICIES, attach };
}

/** Returns our implementation with another `alloc`. */
function withAlloc(alloc: () => bigint | null): ConcurrentTarget {
  const attach: ConcurrentTarget['attach'] = (map, options) =>
    Object.assign(new SharedPmm(sharedParts(map, options, options.shared, options.waiting)), { alloc });
  return { name: 'endless', policies: POLICIES, attach };
}

const SCENARIO: ConcurrentScenario = {
  map: memoryMap([{ type: 'conventional', start: 0n, pages: 3 }]),
  config: config({ bitmapMaxAddr: 0n }),
  policies: POLICIES,
  before: [],
  callers: [[{ call: 'freeAmount' }], [{ call: 'alloc' }]],
};

describe('a lock on which callers spin', () => {
  it('holds under random schedules, where one is always let go on that holds it', () => {
    const sampled = sampleSchedules(spinning(), { scenarios: 20, schedules: 20, seed: 1 });
    expect(sampled.found).toBeNull();
    expect(sampled.contended).toBeGreaterThan(100);
    expect(sampled.waiting).toBeGreaterThan(100);
  });

  it('that a call does not release is found, with few calls', () => {
    const forgets = spinning((release, call) => (call === 'reservedAmount' ? undefined : release()));
    const { found } = sampleSchedules(forgets, { scenarios: 20, schedules: 20, seed: 1 });
    if (found === null) throw new Error('nothing was found');
    expect(found.violation.clause).toBe('concurrent.progress');
    const { violation, scenario } = shrinkRun(forgets, found).found;
    expect(scenario.callers.flat()).toEqual([{ call: 'reservedAmount' }]);
    expect(violation.explanation).toMatch(
      /a call that is made alone looks at word 15 for ever, which nobody changes/,
    );
  });

  it('is said to keep those who wait for it', () => {
    const keeps = spinning(() => {});
    const [{ open }, found] = tryRun(runnerOf(keeps, SCENARIO), 'locks', following([]));
    expect(open).toEqual([expect.objectContaining({ caller: 1, waits: 'spinning' })]);
    expect(found?.violation.explanation).toBe(
      'it spins for ever, on a word that nobody will change: caller 2 in alloc',
    );
  });
});

describe('a call that loops without a step', () => {
  const endless = withAlloc(() => {
    for (;;);
  });

  it('is found among all schedules too', () => {
    const { found, scenarios } = exhaust(endless, [SCENARIO], undefined, undefined, 100);
    expect(scenarios).toBe(1);
    expect(found?.violation.explanation).toBe(
      'it does not return, though it waits for nobody: caller 2 in alloc',
    );
  }, 20_000);

  it('ends the run, and is named', () => {
    const [, found] = tryRun(runnerOf(endless, SCENARIO), 'locks', following([]), 100);
    expect(found?.violation).toMatchObject({
      clause: 'concurrent.progress',
      explanation: 'it does not return, though it waits for nobody: caller 2 in alloc',
    });
  });

  it('is refused in one line where it is made before the callers begin', () => {
    const scenario: ConcurrentScenario = { ...SCENARIO, before: [{ call: 'alloc' }] };
    const refused = (): unknown => runnerOf(endless, scenario, 100);
    expect(refused).toThrow(
      /^endless: expected calls that return where one caller makes them alone: it was still running after 100 ms$/,
    );
    expect(refused).toThrow(expect.toSatisfy(isSpecError));
  });
});

describe('a caller that looks at one word again and again', () => {
  /** Runs callers of one call each, the first of which goes on wherever it can; returns who has returned. */
  function returned(...calls: readonly ((machine: Machine) => void)[]): readonly boolean[] {
    const machine = new Machine(new Int32Array(32));
    const steppers = calls.map((_, k) => newStepper(k + 1));
    const first: Chooser = (_, ready) => ready[0] ?? 0;
    machine.begin(steppers, 'accesses', first);
    while (machine.ready().length > 0) {
      const caller = machine.next();
      machine.turnTo(caller);
      if (machine.attempt(() => calls[caller]?.(machine)))
        Object.assign(steppers[caller] ?? {}, { status: 'done' });
    }
    return steppers.map(({ status }) => status === 'done');
  }

  const waits = ({ steps, words }: Machine): void => {
    while (steps.load(words, 20) === 0);
  };
  const reads = ({ words }: Machine): void => {
    while (words[20] === 0);
  };
  const writes = ({ words }: Machine): void => {
    words[20] = 1;
  };
  const givesUp = ({ steps, words }: Machine): void => {
    for (let k = 0; k < 500 && steps.load(words, 20) === 0; k += 1);
  };

  it('lets others go on, who may change it', () => {
    expect(returned(waits, writes)).toEqual([true, true]);
    expect(returned(reads, waits, writes)).toEqual([true, true, true]);
  });

  it('may give up', () => {
    expect(returned(givesUp)).toEqual([true]);
    expect(returned(waits, givesUp)).toEqual([false, true]);
  });

  it('waits for ever where nobody changes it', () => {
    expect(returned(waits, reads)).toEqual([false, false]);
  });
});
