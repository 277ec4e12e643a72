/** Commands drawn as numbers must be drawn and shrunk like fast-check's. */
import { expect, it } from 'vitest';
import {
  anyOfFour,
  type Command,
  commandsOf,
  type FourNumbers,
  nat,
  runCommands,
  runProperty,
} from './fast-check.ts';

/** The commands that a run has run, until one of them is too large. */
interface Notes {
  readonly ran: string[];
  isOver: boolean;
}

class Noted implements Command<Notes> {
  readonly drawn: FourNumbers;

  constructor(drawn: FourNumbers) {
    this.drawn = drawn;
  }

  check({ isOver }: Readonly<Notes>): boolean {
    return !isOver;
  }

  run(notes: Notes): void {
    const [a, b, c, d] = this.drawn;
    notes.ran.push(this.drawn.join(' '));
    // Some commands need others before them, so that not every shorter program fails as well.
    notes.isOver = (a % 5 === 4 && notes.ran.length > 3) || (b > 2 ** 28 && c % 7 < d % 3);
  }

  toString(): string {
    return this.drawn.join(' ');
  }
}

const quick = anyOfFour((drawn) => new Noted(drawn));
/** The same as fast-check's own, which shrinks the value that it was mapped from. */
const stock = quick.map((command) => command);

/** Returns every program that a run tries, with the commands that were run. */
function triedPrograms(seed: number, command: typeof stock, runs: number): readonly string[] {
  const programs: string[] = [];
  runProperty(
    commandsOf(command, 30),
    (commands) => {
      const notes: Notes = { ran: [], isOver: false };
      runCommands(notes, commands);
      programs.push(`${[...commands].map(String).join(', ')} | ${notes.ran.join(', ')}`);
      return !notes.isOver;
    },
    { runs, seed, shrink: true },
  );
  return programs;
}

it('commands drawn as numbers are the ones that fast-check draws, and are shrunk as by fast-check', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  const lengths = seeds.map((seed) => {
    const programs = triedPrograms(seed, quick, 10);
    expect(programs).toEqual(triedPrograms(seed, stock, 10));
    return programs.length;
  });
  expect(Math.max(...lengths)).toBeGreaterThan(50);
});

it('a run without shrinking tries the same values for one seed, edges among them, up to the first that fails', () => {
  const tried = (seed: number): readonly number[] => {
    const values: number[] = [];
    const take = (n: number): boolean => {
      values.push(n);
      return n !== 0;
    };
    const outcome = runProperty(nat(1_000_000), take, { runs: 200, seed, shrink: false });
    expect(outcome).toEqual({
      failed: values.at(-1) === 0,
      counterexample: outcome.failed ? 0 : null,
      shrinks: 0,
    });
    return values;
  };
  const seeds = Array.from({ length: 20 }, (_, seed) => tried(seed));
  expect(seeds[7]).toEqual(tried(7));
  expect(new Set(seeds.map(String)).size).toBe(20);
  expect(seeds.some((values) => values.length < 200)).toBe(true);
  expect(seeds.flat().filter((n) => n > 999_970).length).toBeGreaterThan(20);
});

it('no command runs after one whose check fails', () => {
  const notes: Notes = { ran: [], isOver: true };
  runProperty(
    commandsOf(quick, 30),
    (commands) => {
      runCommands(notes, commands);
      return true;
    },
    { runs: 10, seed: 1, shrink: true },
  );
  expect(notes.ran).toEqual([]);
});
