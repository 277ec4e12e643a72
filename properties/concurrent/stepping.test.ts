import { describe, expect, it } from 'vitest';
import { LAYOUT } from '../../impl/index.ts';
import { type Chooser, Machine, newStepper, type Points } from './stepping.ts';

/** A caller made of plain code over the machine's words and steps. */
type Act = (machine: Machine) => void;

/** Runs callers of one call each under a scheduler; returns the words, and who took each step. */
function runAll(acts: readonly Act[], choose: Chooser, points: Points = 'accesses'): [Int32Array, Machine] {
  const memory = new Int32Array(32);
  const machine = new Machine(memory);
  const steppers = acts.map((_, k) => newStepper(k + 1));
  machine.begin(steppers, points, choose);
  while (machine.ready().length > 0) {
    const caller = machine.next();
    const stepper = steppers[caller];
    const act = acts[caller];
    if (stepper === undefined || act === undefined) throw new RangeError(`caller ${caller}`);
    machine.turnTo(caller);
    if (machine.attempt(() => act(machine))) stepper.status = 'done';
  }
  machine.rest();
  return [memory, machine];
}

const inTurns: Chooser = (taken, ready) => ready[taken % ready.length] ?? 0;
const oneByOne: Chooser = (_, ready, current) => current ?? ready[0] ?? 0;

/** Adds 1 to a word in two plain accesses. */
const increment: Act = ({ words }) => {
  words[20] = (words[20] ?? 0) + 1;
};

describe('callers that take turns at every access', () => {
  it('lose an update that they do not when one follows the other', () => {
    expect(runAll([increment, increment], oneByOne)[0][20]).toBe(2);
    expect(runAll([increment, increment], inTurns)[0][20]).toBe(1);
  });

  it('lose none where the addition is one step', () => {
    const add: Act = ({ words, steps }) => {
      steps.add(words, 20, 1);
    };
    expect(runAll([add, add, add], inTurns)[0][20]).toBe(3);
  });

  it('are the same each time', () => {
    const acts = [increment, increment, increment];
    expect(runAll(acts, inTurns)[1].taken).toEqual(runAll(acts, inTurns)[1].taken);
  });
});

describe('a suspended caller', () => {
  it('has the effect of one call, however often it is repeated', () => {
    const seen: number[] = [];
    const act: Act = ({ words, steps }) => {
      for (let k = 0; k < 5; k += 1) steps.add(words, 20, 1);
      seen.push(steps.load(words, 20));
    };
    const once: Act = ({ words, steps }) => {
      steps.add(words, 20, 1);
    };
    const [memory] = runAll([act, once], inTurns);
    expect(memory[20]).toBe(6);
    expect(seen).toHaveLength(1);
  });

  it('cannot catch its suspension', () => {
    const stubborn: Act = ({ words }) => {
      try {
        increment({ words } as Machine);
      } finally {
        words[21] = 1;
      }
    };
    const [memory] = runAll([stubborn, increment], inTurns);
    expect([memory[20], memory[21]]).toEqual([1, 1]);
  });

  it('that takes another step when it is repeated is a defect', () => {
    let attempts = 0;
    const fickle: Act = ({ words }) => {
      attempts += 1;
      words[20 + attempts] = 1;
      words[20] = 1;
    };
    expect(() => runAll([fickle, increment], inTurns)).toThrowError(
      'a repeated call does write at word 22, which it did not do before',
    );
  });

  it('that returns earlier when it is repeated is a defect, since it remembers something outside of the words', () => {
    const cache: number[] = [];
    const refills: Act = ({ words, steps }) => {
      if (cache.length === 0) {
        steps.add(words, 20, 1);
        cache.push(1);
        steps.add(words, 20, 1);
      }
    };
    expect(() => runAll([refills, increment], inTurns)).toThrowError(
      /^frameproof: expected calls that depend only on their arguments and on shared words: a repeated call returns before step 1, which it took before; /,
    );
  });
});

describe('a caller that waits', () => {
  it('continues when it is woken, and not before', () => {
    const order: string[] = [];
    const sleeper: Act = ({ words, steps }) => {
      const woken = steps.wait(words, 20, 0, 5);
      order.push(`woken ${woken}`);
    };
    const waker: Act = ({ words, steps }) => {
      steps.exchange(words, 20, 1);
      order.push('waking');
      steps.wakeOne(words, 20);
    };
    runAll([sleeper, waker], oneByOne);
    expect(order).toEqual(['waking', 'woken ok']);
  });

  it('does not sleep if the word has changed', () => {
    const answers: string[] = [];
    const late: Act = ({ words, steps }) => {
      answers.push(steps.wait(words, 20, 7, 5));
    };
    runAll([late], oneByOne);
    expect(answers).toEqual(['not-equal']);
  });

  it('waits for ever if nobody wakes it', () => {
    const sleeper: Act = ({ words, steps }) => {
      steps.wait(words, 20, 0, 5);
    };
    const memory = new Machine(new Int32Array(32));
    const stepper = newStepper(1);
    memory.begin([stepper], 'locks', oneByOne);
    memory.turnTo(0);
    expect(memory.attempt(() => sleeper(memory))).toBe(false);
    expect([stepper.status, memory.ready()]).toEqual(['asleep', []]);
  });
});

describe('with points at locks only', () => {
  const guarded: Act = ({ words, steps }) => {
    while (steps.compareExchange(words, LAYOUT.LOCK_AT, 0, 1) !== 0);
    increment({ words } as Machine);
    steps.exchange(words, LAYOUT.LOCK_AT, 0);
  };

  it('an access inside the lock is not a point, and is counted', () => {
    const [, machine] = runAll([guarded], oneByOne, 'locks');
    expect(machine.taken).toHaveLength(2);
    expect([machine.guarded, machine.unguarded]).toEqual([2, 0]);
  });

  it('an access without the lock is a point, and is counted', () => {
    const [, machine] = runAll([increment], oneByOne, 'locks');
    expect(machine.taken).toHaveLength(2);
    expect([machine.guarded, machine.unguarded]).toEqual([0, 2]);
  });
});
