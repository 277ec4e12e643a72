/**
 * From a log to a program: each address becomes a reference to the call that handed it out, so that the program means the same
 * on a target that hands out other page frames. Addresses that no call handed out stay addresses: boot memory, and the
 * arguments of misused calls.
 */
import {
  addressOf,
  type Config,
  describedCall,
  isAllocation,
  isU64,
  mapAddresses,
  type Operation,
  pfnAt,
  pfnEnd,
  type Reference,
  type Response,
  type Scenario,
  toHigherHalf,
} from '../../../spec/index.ts';
import type { LogEntry, LogHeader, LogReader } from '../log-format.ts';
import { type ReadLogOptions, readLog } from '../read-log.ts';
import { HandedOut } from './handed-out.ts';

/** Turns the entries of a log into the operations of a program, one after the other. */
export class ProgramWriter implements LogReader {
  readonly operations: Operation<Reference>[] = [];
  readonly #lastLine: number;
  #handedOut = new HandedOut();
  #header: LogHeader | null = null;
  #results = 0;

  /** Reads up to the line `lastLine`. */
  constructor(lastLine: number) {
    this.#lastLine = lastLine;
  }

  /** The scenario of the lines read so far. */
  get scenario(): Scenario {
    const { map, config, policies } = this.#known;
    return { map, config, policies, operations: this.operations };
  }

  onHeader(header: LogHeader): boolean {
    // Another boot begins anew.
    this.operations.length = 0;
    this.#results = 0;
    this.#handedOut = new HandedOut();
    this.#header = header;
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
    const written = mapAddresses(operation, (address) => this.#referenceTo(address));
    if (written !== null) this.operations.push(written);
    if (isAllocation(operation.call)) this.#note(operation, response);
    return line < this.#lastLine;
  }

  get #known(): LogHeader {
    if (this.#header === null) throw new Error('the log has no header yet');
    return this.#header;
  }

  #referenceTo(address: bigint): Reference {
    const { config } = this.#known;
    const frame = pfnAt(config, address);
    const origin = frame === null ? null : this.#handedOut.originOf(frame);
    if (frame === null || origin === null) return { absolute: address };
    return { ...origin, offset: address - toHigherHalf(config, addressOf(frame)) };
  }

  #note(operation: Operation, { outcome }: Response): void {
    const result = this.#results;
    this.#results += 1;
    const { config, map } = this.#known;
    const end = pfnEnd(map);
    if (outcome.kind === 'address')
      this.#noteRun(config, outcome.address, { pages: pagesAsked(operation, end), result, page: 0 });
    if (outcome.kind === 'addresses')
      outcome.addresses.forEach((address, page) => {
        this.#noteRun(config, address, { pages: 1, result, page });
      });
  }

  #noteRun(
    config: Config,
    address: bigint,
    { pages, result, page }: { readonly pages: number; readonly result: number; readonly page: number },
  ): void {
    const base = pfnAt(config, address);
    if (base !== null) this.#handedOut.note(base, pages, { result, page });
  }
}

/** Returns how many page frames one address stands for, at most as many as memory has. */
function pagesAsked(operation: Operation, end: number): number {
  if (describedCall(operation.call).effect !== 'run') return 1;
  if (!('count' in operation) || !isU64(operation.count)) return 1;
  return Number(operation.count < BigInt(end) ? operation.count : BigInt(end));
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
