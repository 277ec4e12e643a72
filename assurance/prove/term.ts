/**
 * Terms: formulas over booleans and bit vectors, as solvers and machines have them. A term of width 0 is a boolean; any other
 * width counts bits. Equal terms of one {@link Terms} are one object, so that what is shared is built, evaluated and printed
 * once; terms of constants are computed at once.
 */

/** Operators on two bit vectors of one width, which give a third. */
type BinaryOperator =
  | 'bvadd'
  | 'bvsub'
  | 'bvmul'
  | 'bvurem'
  | 'bvand'
  | 'bvor'
  | 'bvxor'
  | 'bvshl'
  | 'bvlshr'
  | 'bvashr';

/** The operators of terms; each is an operator of SMT-LIB with the same meaning. */
export type Operator =
  | 'constant'
  | 'variable'
  | 'not'
  | 'and'
  | 'or'
  | 'ite'
  | '='
  | 'bvult'
  | 'bvslt'
  | 'bvnot'
  | BinaryOperator
  | 'low32'
  | 'zero64'
  | 'sign64';

export interface Term {
  /** Greater than that of every argument. */
  readonly id: number;
  readonly operator: Operator;
  /** Bits, or 0 for a boolean. */
  readonly width: number;
  readonly args: readonly Term[];
  /** Of a constant: its bits as an unsigned number; 0 and 1 for booleans. */
  readonly value: bigint;
  /** Of a variable. */
  readonly name: string;
}

/** Values of variables, as unsigned numbers. */
export type Assignment = ReadonlyMap<string, bigint>;

const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);
const truth = (holds: boolean): bigint => (holds ? 1n : 0n);

/** The value of an operator, given the values of its arguments and the width of the first. */
type Meaning = (width: number, a: bigint, b: bigint, c: bigint) => bigint;

const MEANINGS: Readonly<Record<Exclude<Operator, 'constant' | 'variable'>, Meaning>> = {
  not: (_, a) => 1n - a,
  and: (_, a, b) => a & b,
  or: (_, a, b) => a | b,
  ite: (_, condition, a, b) => (condition === 1n ? a : b),
  '=': (_, a, b) => truth(a === b),
  bvult: (_, a, b) => truth(a < b),
  bvslt: (width, a, b) => truth(signed(a, width) < signed(b, width)),
  bvadd: (width, a, b) => BigInt.asUintN(width, a + b),
  bvsub: (width, a, b) => BigInt.asUintN(width, a - b),
  bvmul: (width, a, b) => BigInt.asUintN(width, a * b),
  bvurem: (_, a, b) => (b === 0n ? a : a % b), // as SMT-LIB has it
  bvand: (_, a, b) => a & b,
  bvor: (_, a, b) => a | b,
  bvxor: (_, a, b) => a ^ b,
  bvnot: (width, a) => BigInt.asUintN(width, ~a),
  bvshl: (width, a, b) => (b < BigInt(width) ? BigInt.asUintN(width, a << b) : 0n),
  bvlshr: (_, a, b) => a >> b,
  bvashr: (width, a, b) => BigInt.asUintN(width, signed(a, width) >> b),
  low32: (_, a) => BigInt.asUintN(32, a),
  zero64: (_, a) => a,
  sign64: (width, a) => BigInt.asUintN(64, signed(a, width)),
};

function meaningOf({ operator, args }: Pick<Term, 'operator' | 'args'>, values: readonly bigint[]): bigint {
  if (operator === 'constant' || operator === 'variable') throw new TypeError(`${operator} has no arguments`);
  const [a = 0n, b = 0n, c = 0n] = values;
  return MEANINGS[operator](args[0]?.width ?? 0, a, b, c);
}

/** Returns the terms that these are made of, themselves included, arguments first. */
export function partsOf(roots: readonly Term[]): readonly Term[] {
  const seen = new Set<Term>();
  const left = [...roots];
  for (let term = left.pop(); term !== undefined; term = left.pop()) {
    if (seen.has(term)) continue;
    seen.add(term);
    left.push(...term.args);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Returns the values of terms under an assignment, in their order. A variable without a value is an error. */
export function evaluate(roots: readonly Term[], assignment: Assignment): readonly bigint[] {
  const values = new Map<Term, bigint>();
  for (const term of partsOf(roots)) values.set(term, valueUnder(term, values, assignment));
  return roots.map((root) => valueUnder(root, values, assignment));
}

function valueUnder(term: Term, values: ReadonlyMap<Term, bigint>, assignment: Assignment): bigint {
  const known = values.get(term);
  if (known !== undefined) return known;
  if (term.operator === 'constant') return term.value;
  if (term.operator !== 'variable')
    return meaningOf(
      term,
      term.args.map((arg) => values.get(arg) ?? 0n),
    );
  const value = assignment.get(term.name);
  if (value === undefined) throw new RangeError(`no value for ${term.name}`);
  return value;
}

/** A family of terms in which equal ones are one object. */
export class Terms {
  readonly #known = new Map<string, Term>();
  readonly true: Term;
  readonly false: Term;

  constructor() {
    this.true = this.constant(1n, 0);
    this.false = this.constant(0n, 0);
  }

  #intern(operator: Operator, width: number, args: readonly Term[], value = 0n, name = ''): Term {
    const key = `${operator} ${width} ${args.map(({ id }) => id).join(' ')} ${value} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const term: Term = { id: this.#known.size, operator, width, args, value, name };
    this.#known.set(key, term);
    return term;
  }

  /** Returns a constant: its low bits where the value is larger or negative. */
  constant(value: bigint, width: number): Term {
    return this.#intern('constant', width, [], BigInt.asUintN(Math.max(1, width), value));
  }

  variable(name: string, width: number): Term {
    return this.#intern('variable', width, [], 0n, name);
  }

  /** Returns an operator applied to terms; a constant where all of them are. */
  #apply(operator: Operator, width: number, ...args: readonly Term[]): Term {
    if (args.some((arg) => arg.operator !== 'constant')) return this.#intern(operator, width, args);
    const values = args.map(({ value }) => value);
    return this.constant(meaningOf({ operator, args }, values), width);
  }

  not(a: Term): Term {
    const [inner] = a.args;
    return a.operator === 'not' && inner !== undefined ? inner : this.#apply('not', 0, a);
  }

  and(a: Term, b: Term): Term {
    if (a === this.false || b === this.false || a === this.not(b)) return this.false;
    if (a === this.true || a === b) return b;
    return b === this.true ? a : this.#apply('and', 0, a, b);
  }

  or(a: Term, b: Term): Term {
    return this.not(this.and(this.not(a), this.not(b)));
  }

  /** Returns `a` where the condition holds, else `b`. */
  ite(condition: Term, a: Term, b: Term): Term {
    if (condition === this.true || a === b) return a;
    if (condition === this.false) return b;
    if (a.width > 0) return this.#apply('ite', a.width, condition, a, b);
    return this.or(this.and(condition, a), this.and(this.not(condition), b));
  }

  equal(a: Term, b: Term): Term {
    return a === b ? this.true : this.#apply('=', 0, a, b);
  }

  /** Returns a term of two bit vectors that is a boolean. */
  compare(operator: 'bvult' | 'bvslt', a: Term, b: Term): Term {
    return a === b ? this.false : this.#apply(operator, 0, a, b);
  }

  /** Returns a term of two bit vectors that is as wide as they are. */
  binary(operator: BinaryOperator, a: Term, b: Term): Term {
    return this.#apply(operator, a.width, a, b);
  }

  bitNot(a: Term): Term {
    return this.#apply('bvnot', a.width, a);
  }

  /** Returns the low 32 bits. */
  low32(a: Term): Term {
    const [inner] = a.args;
    if (a.width === 32) return a;
    const isWidened = a.operator === 'zero64' || a.operator === 'sign64';
    return isWidened && inner !== undefined ? inner : this.#apply('low32', 32, a);
  }

  /** Returns 64 bits of the same unsigned, or signed, value. */
  widen(a: Term, isSigned: boolean): Term {
    return a.width === 64 ? a : this.#apply(isSigned ? 'sign64' : 'zero64', 64, a);
  }
}
