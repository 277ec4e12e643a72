/** Timed requests: a turn is one program, including the time to write the request and to parse the answer. */
import { type Program, SpecError } from '../../spec/index.ts';
import type { Claims, TimedProgram } from '../target.ts';
import type { World } from '../world.ts';
import type { AllocatorProcess } from './allocator-process.ts';

export class TimedRequests implements TimedProgram {
  readonly #process: AllocatorProcess;
  readonly #claims: Claims;
  readonly #world: World;
  readonly #program: Program;

  constructor(process: AllocatorProcess, claims: Claims, world: World, program: Program) {
    this.#process = process;
    this.#claims = claims;
    this.#world = world;
    this.#program = program;
  }

  turn(operations: number): number {
    const { name, profile } = this.#claims;
    const start = performance.now();
    const sent = this.#process.send(this.#world, this.#program.slice(0, operations), profile);
    const { responses } = this.#process.receive(sent);
    const ms = performance.now() - start;
    const last = responses.at(-1);
    if (last === undefined || last === 'skipped' || last.outcome.kind !== 'malformed') return ms;
    throw new SpecError(`${name}: expected an answer to each call, found ${last.outcome.message}`);
  }
}
