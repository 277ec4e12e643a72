/** From a log to a program, whose addresses are references to the calls that handed them out. */
import type { Operation, Reference, Response, Scenario } from '../../../spec/index.ts';
import { Names } from '../../names/index.ts';
import type { LogEntry, LogHeader, LogReader } from '../log-format.ts';
import { type ReadLogOptions, readLog } from '../read-log.ts';

/** Turns the entries of a log into the operations of a program, one after the other. */
export class ProgramWriter implements LogReader {
  readonly operations: Operation<Reference>[] = [];
  readonly #lastLine: number;
  #begun: { readonly header: LogHeader; readonly names: Names } | null = null;

  /** Reads up to the line `lastLine`. */
  constructor(lastLine: number) {
    this.#lastLine = lastLine;
  }

  /** The scenario of the lines read so far. */
  get scenario(): Scenario {
    const { map, config, policies } = this.#known.header;
    return { map, config, policies, operations: this.operations };
  }

  onHeader(header: LogHeader): boolean {
    // Another boot begins anew.
    this.operations.length = 0;
    this.#begun = { header, names: new Names(header) };
    return this.#lastLine > 1;
  }

  onInit(_: Response, line: number): boolean {
    return line < this.#lastLine;
  }

  async prepareForLosses(): Promise<void> {}

  onLoss(): boolean {
    return true;
  }

  onDoubt(): boolean {
    return true;
  }

  onEntry({ operation, response }: LogEntry, line: number): boolean {
    const { names } = this.#known;
    this.operations.push(names.named(operation));
    names.note(operation, response);
    return line < this.#lastLine;
  }

  get #known(): { readonly header: LogHeader; readonly names: Names } {
    if (this.#begun === null) throw new Error('the log has no header yet');
    return this.#begun;
  }
}

/** Returns the scenario of a log, up to and including a line. Memory grows with the log. */
export async function scenarioOfLog(
  path: string,
  lastLine = Number.POSITIVE_INFINITY,
  options: ReadLogOptions = {},
): Promise<Scenario> {
  const writer = new ProgramWriter(lastLine);
  await readLog(path, writer, options);
  return writer.scenario;
}
