/** An own generator: programs of a driver that allocates rings of buffers below 16 MiB, and frees them whole. */
import {
  type Command,
  type CommandContext,
  integer,
  nat,
  oneof,
  type ProgramDraw,
  programsOf,
  USUAL_PARTS,
} from 'frameproof/properties';

abstract class DriverCommand implements Command<CommandContext> {
  readonly drawn: number;

  constructor(drawn: number) {
    this.drawn = drawn;
  }

  check({ execution }: Readonly<CommandContext>): boolean {
    return execution.violation == null;
  }

  abstract run(context: CommandContext): void;

  toString(): string {
    return `${this.constructor.name} ${this.drawn}`;
  }
}

class AllocRing extends DriverCommand {
  run({ execution }: CommandContext): void {
    const count = BigInt(this.drawn);
    execution.perform({ call: 'allocBitmap', count, maxAddr: 0x100_0000n, alignment: 0x1000n });
  }
}

class FreeRing extends DriverCommand {
  run({ execution }: CommandContext): void {
    const { handedOut } = execution.results;
    const result = handedOut[this.drawn % handedOut.length];
    if (result === undefined) return;
    const count = BigInt(execution.results.pagesOf(result));
    execution.perform({ call: 'freeRegion', address: { result, page: 0, offset: 0n }, count });
  }
}

export const driverPrograms: ProgramDraw = programsOf({
  ...USUAL_PARTS,
  command: oneof(
    integer({ min: 1, max: 64 }).map((pages) => new AllocRing(pages)),
    nat().map((place) => new FreeRing(place)),
  ),
});
