/**
 * The inductive step on many drawn states. Run by `npm run inductive`; `-- --states N --seed S` sets how many and which. Says how
 * often each call was granted, refused and misused, and exits 1 where the step does not hold from some state.
 */
import { parseArgs } from 'node:util';
import { record, runProperty } from '../../properties/random/index.ts';
import { expectation } from '../../spec/index.ts';
import { anyOperation, type DrawnOperation, operationOf } from './any-operation.ts';
import { stepFlaw } from './inductive-step.ts';
import { anyState, type Drawn, wellFormed } from './well-formed.ts';

const DEFAULT_STATES = 10_000;

interface Tried {
  readonly shape: Drawn;
  readonly asked: DrawnOperation;
}

/** Takes one step; returns what is wrong, or null. */
function tried({ shape, asked }: Tried, met: Map<string, number>): string | null {
  const start = wellFormed(shape);
  const operation = operationOf(shape.world, start.state, asked);
  const kind = `${operation.call} ${expectation(start.model, operation).kind}`;
  met.set(kind, (met.get(kind) ?? 0) + 1);
  return stepFlaw(shape.world, start, operation);
}

function main(): void {
  const { values } = parseArgs({ options: { states: { type: 'string' }, seed: { type: 'string' } } });
  const [runs, seed] = [Number(values.states ?? DEFAULT_STATES), Number(values.seed ?? 1)];
  const met = new Map<string, number>();
  const start = performance.now();
  const anyTry = record({ shape: anyState, asked: anyOperation });
  const outcome = runProperty(anyTry, (drawn) => tried(drawn, met) === null, { runs, seed, shrink: true });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  for (const [kind, count] of [...met].sort()) console.log(`${kind}: ${count}`);
  if (outcome.counterexample === null) {
    console.log(`the inductive step holds from ${runs} drawn states, seed ${seed}, ${seconds} s`);
    return;
  }
  console.log(`the inductive step does not hold, seed ${seed}: ${tried(outcome.counterexample, met)}`);
  process.exitCode = 1;
}

main();
