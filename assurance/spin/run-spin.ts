/**
 * The agreement with SPIN. Run by `npm run spin`: the number of states and transitions of the abstract model, counted by our search
 * and by SPIN, and the processor time of each. `-- --stack N --bitmap K` counts that world; `-- --free-stack N` the graph of `alloc`
 * and `free` alone over N page frames, which has Σ N!/(N-k)! states. Without either, some small worlds. Exits 1 if the two differ.
 */
import { parseArgs } from 'node:util';
import { STANDARD_CALLS } from '../../spec/index.ts';
import { claimedSubject, countsOf, freeStackSubject, type Subject, smallSubject } from './spin-subjects.ts';

function chosen(): readonly Subject[] {
  const { values } = parseArgs({
    options: { stack: { type: 'string' }, bitmap: { type: 'string' }, 'free-stack': { type: 'string' } },
  });
  if (values['free-stack'] !== undefined) return [freeStackSubject(Number(values['free-stack']))];
  if (values.stack !== undefined || values.bitmap !== undefined)
    return [smallSubject(Number(values.stack ?? 0), Number(values.bitmap ?? 0))];
  const counting = { calls: [...STANDARD_CALLS, 'retain', 'release'], mostReferences: 3 };
  const bounded = {
    calls: [...STANDARD_CALLS, 'allocWithin'],
    runArguments: ['maxAddr', 'alignment', 'minAddr', 'boundary'],
  };
  return [
    freeStackSubject(6),
    smallSubject(2, 2),
    smallSubject(3, 2),
    smallSubject(1, 4),
    claimedSubject('references', counting, 2, 2),
    claimedSubject('bounded runs', bounded, 2, 3),
  ];
}

async function main(): Promise<void> {
  for (const subject of chosen()) {
    const { ours, spin } = await countsOf(subject);
    const agrees = ours.states === spin.states && ours.transitions === spin.transitions;
    const found = `${ours.states} states, ${ours.transitions} transitions; SPIN: ${spin.states}, ${spin.transitions}`;
    const times = `${ours.seconds.toFixed(2)} and ${spin.seconds.toFixed(2)} s of processor`;
    console.log(
      `${subject.name}: ${subject.operations.length} operations, ${found}: ${agrees ? 'agree' : 'DIFFER'} (${times})`,
    );
    if (!agrees) process.exitCode = 1;
  }
}

await main();
