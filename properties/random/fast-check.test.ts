/** Commands drawn as numbers: what they must have in common with those of fast-check. */
import { expect, it } from 'vitest';
import {
  anyOfFour,
  type Command,
  commandsOf,
  type FourNumbers,
  runCommands,
  runProperty,
} from './fast-check.ts';

/** What a run notes: the commands that were run, until one of them is too large. */
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
    // Some need others before them, so that not every shorter program fails as well.
    notes.isOver = (a % 5 === 4 && notes.ran.length > 3) || (b > 2 ** 28 && c % 7 < d % 3);
  }

  toString(): string {
    return this.drawn.join(' ');
  }
}

const quick = anyOfFour((drawn) => new Noted(drawn));
/** The same to fast-check, which shrinks what it was mapped from. */
const stock = quick.map((command) => command);

/** Returns every program that a run tries, with what was run of it. */
function tried(seed: number, command: typeof stock, runs: number): readonly string[] {
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

it('commands that are drawn as numbers are those that fast-check draws, and are shrunk as it does', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  const lengths = seeds.map((seed) => {
    const programs = tried(seed, quick, 10);
    expect(programs).toEqual(tried(seed, stock, 10));
    return programs.length;
  });
  expect(Math.max(...lengths)).toBeGreaterThan(50);
});

it('none is run after one that does not want to', () => {
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
