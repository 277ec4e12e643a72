/** Timed requests: a turn is one program, including the time to write the request and to parse the answer. */
import { SpecError } from '../../spec/index.ts';
import type { TimedProgram } from '../target.ts';
import type { AllocatorProcess, AskedProgram } from './allocator-process.ts';

export class TimedRequests implements TimedProgram {
  readonly #process: AllocatorProcess;
  readonly #name: string;
  readonly #asked: AskedProgram;

  constructor(process: AllocatorProcess, name: string, asked: AskedProgram) {
    this.#process = process;
    this.#name = name;
    this.#asked = asked;
  }

  turn(operations: number): number {
    const { program } = this.#asked;
    const start = performance.now();
    const sent = this.#process.send({ ...this.#asked, program: program.slice(0, operations) });
    const { responses } = this.#process.receive(sent);
    const ms = performance.now() - start;
    const last = responses.at(-1);
    if (last === undefined || last === 'skipped' || last.outcome.kind !== 'malformed') return ms;
    throw new SpecError(`${this.#name}: expected an answer to each call, found ${last.outcome.message}`);
  }
}
