/**
 * Inputs: the arguments that a choice for each parameter stands for: as terms with variables and, once the variables have values, as
 * values with which the function can be called.
 */
import type { Words } from './bits.ts';
import type { NumberTerm } from './number.ts';
import type { Choice } from './statement.ts';
import type { Assignment, Term } from './term.ts';
import type { Translator } from './translate.ts';
import type { Value, WindowTerm } from './value.ts';

/** A variable: an integer of [low, high], or a boolean, 0 or 1. */
interface Variable {
  readonly name: string;
  readonly low: number;
  readonly high: number;
}

/** Words of held bits of the largest buffer. */
const MOST_WORDS = 2 ** 27;
const [WORD_LOW, WORD_HIGH] = [-(2 ** 31), 2 ** 31 - 1];
/** The window's place: how many words of held bits lie before it. */
const PLACE = 'place';

const isFixed = (choice: Choice): choice is Extract<Choice, { kind: 'constant' }> =>
  choice.kind === 'constant';

/** A choice for each parameter of a function. */
export class Inputs {
  readonly choices: readonly Choice[];
  readonly names: readonly string[];
  /** Index in the buffer of the first word of held bits. */
  readonly #heldAt: number;

  constructor(choices: readonly Choice[], names: readonly string[], heldAt: number) {
    this.choices = choices;
    this.names = names;
    this.#heldAt = heldAt;
  }

  /** The arguments, if there is only one combination; else null. */
  get only(): readonly (number | boolean)[] | null {
    const fixed = this.choices.filter(isFixed);
    return fixed.length === this.choices.length ? fixed.map(({ value }) => value) : null;
  }

  get #window(): number {
    return this.choices.reduce((words, choice) => (choice.kind === 'window' ? choice.words : words), 0);
  }

  get variables(): readonly Variable[] {
    const words = this.#window;
    const own = this.choices.flatMap((choice, k) => this.#variable(choice, this.names[k] ?? `${k}`));
    if (words === 0) return own;
    const cells = Array.from({ length: words }, (_, k) => ({
      name: `words[${k}]`,
      low: WORD_LOW,
      high: WORD_HIGH,
    }));
    return [...own, { name: PLACE, low: 0, high: MOST_WORDS - words }, ...cells];
  }

  #variable(choice: Choice, name: string): readonly Variable[] {
    if (choice.kind === 'constant' || choice.kind === 'window') return [];
    if (choice.kind === 'booleans') return [{ name, low: 0, high: 1 }];
    return [{ name, low: choice.low, high: choice.high }];
  }

  /** Returns the arguments as terms, and the assumptions on their variables. */
  terms(translator: Translator): { readonly values: readonly Value[]; readonly assumed: readonly Term[] } {
    const { numbers, terms } = translator;
    const assumed = this.variables.flatMap(({ name, low, high }) => {
      const variable = numbers.variable(name, low, high);
      const [least, most] = [numbers.constant(low), numbers.constant(high)];
      return [
        terms.not(wideLess(translator, variable, least)),
        terms.not(wideLess(translator, most, variable)),
      ];
    });
    const words = this.#window;
    if (words > 0)
      translator.cells = Array.from({ length: words }, (_, k) => terms.variable(`words[${k}]`, 32));
    const values = this.choices.map((choice, k) => this.#term(translator, choice, this.names[k] ?? `${k}`));
    return { values, assumed };
  }

  #term(translator: Translator, choice: Choice, name: string): Value {
    const { numbers, terms } = translator;
    const window = this.windowTerm(translator, null);
    switch (choice.kind) {
      case 'constant':
        return typeof choice.value === 'number'
          ? numbers.constant(choice.value)
          : { kind: 'boolean', term: choice.value ? terms.true : terms.false };
      case 'integers':
        return numbers.variable(name, choice.low, choice.high);
      case 'booleans': {
        const bit = numbers.variable(name, 0, 1);
        return { kind: 'boolean', term: terms.not(numbers.equal(bit, numbers.constant(0))) };
      }
      case 'window':
        return window;
      case 'ordinals':
        return numbers.add(window.origin, numbers.variable(name, choice.low, choice.high));
      case 'indexes':
        return numbers.add(window.at, numbers.variable(name, choice.low, choice.high));
    }
  }

  /** Returns the window as functions see it or, with its words at some time, as statements see it. */
  windowTerm({ numbers }: Translator, cells: readonly Term[] | null): WindowTerm {
    const place = numbers.variable(PLACE, 0, MOST_WORDS - this.#window);
    const counted = numbers.from(place, 'place', numbers.constant(0));
    const at = numbers.add(numbers.constant(this.#heldAt), counted);
    return { kind: 'window', at, origin: numbers.multiply(counted, numbers.constant(32)), cells };
  }

  /** Returns the arguments that values of the variables stand for. */
  arguments(assignment: Assignment): Arguments {
    const valueUnder = ({ name, low, high }: Variable): number => {
      const bits = assignment.get(name) ?? 0n;
      return Number(low < 0 ? BigInt.asIntN(high < 2 ** 31 ? 32 : 64, bits) : bits);
    };
    const values = new Map(this.variables.map((variable) => [variable.name, valueUnder(variable)]));
    const place = values.get(PLACE) ?? 0;
    const cells = Int32Array.from({ length: this.#window }, (_, k) => values.get(`words[${k}]`) ?? 0);
    const buffer = new Buffer(cells, this.#heldAt + place, place * 32);
    return {
      buffer,
      values: this.choices.map((choice, k) =>
        argumentOf(choice, values.get(this.names[k] ?? '') ?? 0, buffer),
      ),
    };
  }
}

/** Compares by the terms, not by the bounds: the bounds are yet to be assumed. */
function wideLess({ numbers, terms }: Translator, a: NumberTerm, b: NumberTerm): Term {
  return terms.compare('bvslt', numbers.wide(a), numbers.wide(b));
}

/** The arguments of a call, and the buffer among them. */
export interface Arguments {
  readonly buffer: Buffer;
  readonly values: readonly (number | boolean | Buffer)[];
}

function argumentOf(choice: Choice, value: number, buffer: Buffer): number | boolean | Buffer {
  switch (choice.kind) {
    case 'constant':
      return choice.value;
    case 'window':
      return buffer;
    case 'booleans':
      return value === 1;
    case 'ordinals':
      return buffer.origin + value;
    case 'indexes':
      return buffer.at + value;
    default:
      return value;
  }
}

/** A window of words, as functions use it and as statements read it. */
export class Buffer {
  readonly cells: Int32Array;
  readonly at: number;
  readonly origin: number;

  constructor(cells: Int32Array, at: number, origin: number) {
    this.cells = cells;
    this.at = at;
    this.origin = origin;
  }

  /** The words as they are now, for statements. */
  get now(): Words {
    const { at, origin } = this;
    const cells = this.cells.slice();
    const bit = (ordinal: number): boolean => {
      const word = cells[Math.floor((ordinal - origin) / 32)];
      if (word === undefined) throw new RangeError(`ordinal ${ordinal} is outside of the words of the proof`);
      return ((word >>> (ordinal % 32)) & 1) === 1;
    };
    return { at, origin, bit };
  }

  /**
   * An array for functions to work on: an Int32Array but for its indexes, which begin at that of the window, since few machines
   * have the memory for all words before it. An index outside of the window is an error.
   */
  get array(): object {
    const { cells, at } = this;
    const placeOf = (key: string | symbol): number => {
      const place = typeof key === 'string' ? Number(key) - at : Number.NaN;
      if (Number.isInteger(place) && place >= 0 && place < cells.length) return place;
      throw new RangeError(`index ${String(key)} is outside of the words of the proof`);
    };
    const fill = (value: number, from: number, end: number): void => {
      for (let index = from; index < end; index += 1) cells[placeOf(`${index}`)] = value;
    };
    return new Proxy(cells, {
      get: (_, key) => (key === 'fill' ? fill : cells[placeOf(key)]),
      set: (_, key, value: number) => {
        cells[placeOf(key)] = value;
        return true;
      },
    });
  }
}
