/**
 * Processes of several callers: a program for each caller, made at the same time on threads of one process. A request asks for a
 * number of runs, each in a fresh process, which differ in where callers pause. An answer has the times of each call.
 */
import type { Operation, Profile, Program, Reference, Response } from '../../spec/index.ts';
import type { World } from '../world.ts';
import { diedOf, readAnswer, withCall } from './answer.ts';
import type { Channel } from './channel.ts';
import { afterGreeting } from './channel-messages.ts';
import { headerText, MEMORY_MIB, PATIENCE, requestOf } from './request.ts';

/** The programs of callers, and the programs before and after them, which one caller runs. */
export interface CallersProgram {
  readonly before: Program;
  readonly callers: readonly Program[];
  readonly after: Program;
}

/** Runs to make: the seed of the first, and how many; each next run has the next seed. */
export interface Runs {
  readonly seed: number;
  readonly runs: number;
  /** CPU time of a run. */
  readonly limitMs: number;
}

/** A call of a run. The response is null if it did not return; no time is known of a call that was not made. */
export interface MadeCall {
  readonly operation: Operation<Reference>;
  readonly response: Response | null;
  readonly invoked: number;
  readonly returned: number;
}

/** A run: its calls as the program has them; null for those that were not made. */
export interface CallersRun {
  readonly seed: number;
  readonly started: Response;
  readonly before: readonly (MadeCall | null)[];
  readonly callers: readonly (readonly (MadeCall | null)[])[];
  readonly after: readonly (MadeCall | null)[];
  /** How the process died, or null. */
  readonly died: string | null;
}

const OUTPUT_BYTES = 2 ** 28;
/** The time that a run takes beside its calls, on a loaded machine. */
const RUN_MS = 50;
const OVER = 'over\n';
const END = 'end\n';

function linesOf(program: Program, profile: Profile): readonly string[] {
  return requestOf(program, { profile }).text.split('\n').slice(0, program.length);
}

function programText({ before, callers, after }: CallersProgram, profile: Profile): string {
  const own = (program: Program): readonly string[] =>
    linesOf([...before, ...program], profile).slice(before.length);
  const parts = [linesOf(before, profile), ...callers.map((program) => ['caller', ...own(program)])];
  return [...parts.flat(), 'alone', ...own(after), END].join('\n');
}

/** The time of a call, as a line `at` or `open` tells it. */
interface Times {
  readonly invoked: number;
  readonly returned: number;
}

/** Takes the lines with times out of the text of a run. Calls that did not return are left as if they had been passed over. */
function withoutTimes(text: string): readonly [string, readonly Times[], string | null] {
  const [kept, times]: [string[], Times[]] = [[], []];
  let died: string | null = null;
  for (const line of text.split('\n')) {
    const [word, invoked, returned] = line.split(' ');
    if (word === 'at') times.push({ invoked: Number(invoked), returned: Number(returned) });
    else if (word === 'open') {
      times.push({ invoked: Number(invoked), returned: Number.POSITIVE_INFINITY });
      kept.push('skip');
    } else if (word === 'died') died = diedOf(line.slice('died '.length));
    else {
      if (word === 'skip') times.push({ invoked: 0, returned: 0 });
      kept.push(line);
    }
  }
  return [kept.join('\n'), times, died];
}

export class CallersProcess {
  readonly profile: Profile;
  readonly #channel: Channel;

  constructor(channel: Channel, profile: Profile) {
    this.#channel = channel;
    this.profile = profile;
  }

  /** Runs programs again and again, up to the first run in which the process dies. */
  run(world: World, program: CallersProgram, { seed, runs, limitMs }: Runs): readonly CallersRun[] {
    const timeLimitMs = limitMs + runs * RUN_MS;
    const asked = this.#channel.ask({
      text: `callers ${seed} ${runs}\n${headerText(world, { timeLimitMs: limitMs, memoryMib: MEMORY_MIB })}${programText(program, this.profile)}`,
      opening: '',
      terminator: OVER,
      timeLimitMs,
      waitLimitMs: timeLimitMs * PATIENCE,
      memoryLimit: 2 * MEMORY_MIB * 2 ** 20,
      outputLimit: OUTPUT_BYTES,
    });
    const reply = this.#channel.receive(asked);
    const { ending } = reply;
    const parts = (afterGreeting(reply) ?? '').split(`\n${END}`);
    const whole = parts.slice(0, -1).map((part, at) => this.#read(`${part}\n${END}`, program, seed + at));
    if (ending.kind === 'whole') return whole;
    const last = this.#read(`done - ? ? ?\n${END}`, program, seed + whole.length);
    return [...whole, { ...last, died: diedOf(ending) }];
  }

  /** Ends the process. */
  close(): Promise<void> {
    return this.#channel.close();
  }

  #read(text: string, { before, callers, after }: CallersProgram, seed: number): CallersRun {
    const operations = [...before, ...callers.flat(), ...after];
    const [answer, times, died] = withoutTimes(text);
    const facts = { sent: operations.length, profile: this.profile, paints: false };
    const { started, responses } = readAnswer({ text: answer, ending: { kind: 'whole' } }, facts);
    const calls = operations.map((operation, at): MadeCall | null => {
      const { invoked, returned } = times[at] ?? { invoked: 0, returned: 0 };
      const response = responses[at];
      if (invoked === 0) return null;
      if (response === undefined || response === 'skipped')
        return { operation, response: null, invoked, returned };
      const { amounts: _, ...seen } = withCall(response, operation.call);
      return { operation, response: seen, invoked, returned };
    });
    const next = (program: Program): readonly (MadeCall | null)[] => calls.splice(0, program.length);
    return { seed, started, before: next(before), callers: callers.map(next), after: next(after), died };
  }
}
