/**
 * Numbers: the numbers of JavaScript, as far as kernels use them, as terms. A number is known to be an integer of
 * [low, high] within ±2^53, where doubles are exact, and is never -0. Its term has one of three forms, which follows from
 * the bounds:
 *
 *     within [0, 2^32)          32 bits, unsigned
 *     within [-2^31, 2^31)      32 bits, signed
 *     else                      64 bits, signed
 *
 * Whether bounds suffice is decided here, at translation; nothing is assumed of a number that they do not say.
 */
import type { Term, Terms } from './term.ts';

export interface NumberTerm {
  readonly kind: 'number';
  readonly term: Term;
  readonly low: number;
  readonly high: number;
  /** The same number, counted from where the window of words lies; only there for such numbers. */
  readonly relative?: Relative;
}

/**
 * A number as a base and what it exceeds that by. The base `place` is how many words lie before the window, `origin` is 32
 * times that. Two numbers from one base compare and differ like their offsets, wherever the window lies; so
 * a proof for one place is one for all.
 */
export interface Relative {
  readonly base: 'place' | 'origin';
  readonly offset: NumberTerm;
}

const [INT_LOW, INT_END, UINT_END] = [-(2 ** 31), 2 ** 31, 2 ** 32];

const isUnsigned = (low: number, high: number): boolean => low >= 0 && high < UINT_END;
const isSigned = (low: number, high: number): boolean => low >= INT_LOW && high < INT_END;

/** Returns the product, with the zero that integers have. */
const plainProduct = (a: number, b: number): number => a * b + 0;

/** Numbers over one family of terms. */
export class Numbers {
  readonly terms: Terms;

  constructor(terms: Terms) {
    this.terms = terms;
  }

  constant(value: number): NumberTerm {
    if (!Number.isSafeInteger(value)) throw new RangeError(`expected an integer within 2^53, found ${value}`);
    return this.#of(this.terms.constant(BigInt(value), 64), value, value);
  }

  /** Returns a variable of 32 bits, signed or not, or of 64, as its bounds ask for. */
  variable(name: string, low: number, high: number): NumberTerm {
    const width = isUnsigned(low, high) || isSigned(low, high) ? 32 : 64;
    return { kind: 'number', term: this.terms.variable(name, width), low, high };
  }

  /** Returns the integer within these bounds that a term means, in the form that they ask for. */
  fromBits(term: Term, low = INT_LOW, high = INT_END - 1): NumberTerm {
    if (term.operator !== 'constant') return { kind: 'number', term, low, high };
    const value = Number(low >= 0 ? term.value : BigInt.asIntN(term.width, term.value));
    return { kind: 'number', term, low: value, high: value };
  }

  /** Returns the number of 64 bits in the form that its bounds ask for; throws where doubles may not be exact. */
  #of(term: Term, low: number, high: number): NumberTerm {
    if (low < -(2 ** 53) || high > 2 ** 53)
      throw new RangeError(`an integer from ${low} to ${high} may be none of 53 bits`);
    const isNarrow = isUnsigned(low, high) || isSigned(low, high);
    return this.fromBits(isNarrow ? this.terms.low32(term) : term, low, high);
  }

  /** Returns the value of a constant, or null. */
  valueOf({ term, low, high }: NumberTerm): number | null {
    return term.operator === 'constant' && low === high ? low : null;
  }

  /** Returns a number that is known to be a base and an offset. */
  from(number: NumberTerm, base: Relative['base'], offset: NumberTerm): NumberTerm {
    return { ...number, relative: { base, offset } };
  }

  /** Returns the offsets of two numbers from one base, or null. */
  #offsets(a: NumberTerm, b: NumberTerm): readonly [NumberTerm, NumberTerm] | null {
    if (a.relative === undefined || a.relative.base !== b.relative?.base) return null;
    return [a.relative.offset, b.relative.offset];
  }

  /** Returns a number with the same low five bits: its offset from a multiple of 32, if it has one. */
  #below32(a: NumberTerm): NumberTerm {
    return a.relative?.base === 'origin' ? a.relative.offset : a;
  }

  /** Returns what bit operators see: ToInt32 and ToUint32 keep the same 32 bits. */
  bits({ term }: NumberTerm): Term {
    return this.terms.low32(term);
  }

  wide({ term, low, high }: NumberTerm): Term {
    return this.terms.widen(term, !isUnsigned(low, high));
  }

  #arithmetic(
    operator: 'bvadd' | 'bvsub' | 'bvmul',
    a: NumberTerm,
    b: NumberTerm,
    low: number,
    high: number,
  ) {
    // Sums and products modulo 2^32 are exact where the result fits 32 bits; else they are made of 64.
    const isNarrow = isUnsigned(low, high) || isSigned(low, high);
    const [x, y] = isNarrow ? [this.bits(a), this.bits(b)] : [this.wide(a), this.wide(b)];
    return this.#of(this.terms.binary(operator, x, y), low, high);
  }

  add(a: NumberTerm, b: NumberTerm): NumberTerm {
    const sum = this.#arithmetic('bvadd', a, b, a.low + b.low, a.high + b.high);
    if (a.relative !== undefined && b.relative === undefined)
      return this.from(sum, a.relative.base, this.add(a.relative.offset, b));
    if (b.relative !== undefined && a.relative === undefined)
      return this.from(sum, b.relative.base, this.add(a, b.relative.offset));
    return sum;
  }

  subtract(a: NumberTerm, b: NumberTerm): NumberTerm {
    const offsets = this.#offsets(a, b);
    if (offsets !== null) return this.subtract(...offsets);
    const difference = this.#arithmetic('bvsub', a, b, a.low - b.high, a.high - b.low);
    if (a.relative === undefined || b.relative !== undefined) return difference;
    return this.from(difference, a.relative.base, this.subtract(a.relative.offset, b));
  }

  multiply(a: NumberTerm, b: NumberTerm): NumberTerm {
    const product = this.#product(a, b);
    if (a.relative?.base !== 'place' || this.valueOf(b) !== 32) return product;
    return this.from(product, 'origin', this.#product(a.relative.offset, b));
  }

  #product(a: NumberTerm, b: NumberTerm): NumberTerm {
    const corners = [a.low, a.high].flatMap((x) => [plainProduct(x, b.low), plainProduct(x, b.high)]);
    return this.#arithmetic('bvmul', a, b, Math.min(...corners), Math.max(...corners));
  }

  /** Returns the remainder; both are not negative, the second not zero. */
  remainder(a: NumberTerm, b: NumberTerm): NumberTerm {
    if (a.high < b.low) return a;
    if (a.relative?.base === 'origin' && a.relative.offset.low >= 0 && this.valueOf(b) === 32)
      return this.remainder(a.relative.offset, b);
    const rest = this.terms.binary('bvurem', this.wide(a), this.wide(b));
    return this.#of(rest, 0, Math.min(a.high, b.high - 1));
  }

  less(a: NumberTerm, b: NumberTerm): Term {
    const { terms } = this;
    const offsets = this.#offsets(a, b);
    if (offsets !== null) return this.less(...offsets);
    if (a.high < b.low) return terms.true;
    if (a.low >= b.high) return terms.false;
    if (isUnsigned(a.low, a.high) && isUnsigned(b.low, b.high)) return terms.compare('bvult', a.term, b.term);
    if (isSigned(a.low, a.high) && isSigned(b.low, b.high)) return terms.compare('bvslt', a.term, b.term);
    return terms.compare('bvslt', this.wide(a), this.wide(b));
  }

  equal(a: NumberTerm, b: NumberTerm): Term {
    const offsets = this.#offsets(a, b);
    if (offsets !== null) return this.equal(...offsets);
    if (a.high < b.low || b.high < a.low) return this.terms.false;
    return this.terms.equal(this.wide(a), this.wide(b));
  }

  /** Returns the first where the condition holds, else the second. */
  ite(condition: Term, a: NumberTerm, b: NumberTerm): NumberTerm {
    if (condition === this.terms.true) return a;
    if (condition === this.terms.false) return b;
    const [low, high] = [Math.min(a.low, b.low), Math.max(a.high, b.high)];
    const isNarrow = isUnsigned(low, high) || isSigned(low, high);
    const [x, y] = isNarrow ? [this.bits(a), this.bits(b)] : [this.wide(a), this.wide(b)];
    const either = this.fromBits(this.terms.ite(condition, x, y), low, high);
    const offsets = this.#offsets(a, b);
    if (a.relative === undefined || offsets === null) return either;
    return this.from(either, a.relative.base, this.ite(condition, ...offsets));
  }

  /** Returns `~a`. */
  complement(a: NumberTerm): NumberTerm {
    const bits = this.terms.bitNot(this.bits(a));
    return isSigned(a.low, a.high) ? this.fromBits(bits, ~a.high, ~a.low) : this.fromBits(bits);
  }

  /** Returns `a & b`, `a | b` or `a ^ b`. */
  bitwise(operator: '&' | '|' | '^', a: NumberTerm, b: NumberTerm): NumberTerm {
    const name = ({ '&': 'bvand', '|': 'bvor', '^': 'bvxor' } as const)[operator];
    const isLow = operator === '&' && b.low >= 0 && b.high < 32;
    const bits = this.terms.binary(name, this.bits(isLow ? this.#below32(a) : a), this.bits(b));
    const masks = [a, b].filter(({ low, high }) => operator === '&' && low >= 0 && high < INT_END);
    return masks.length === 0
      ? this.fromBits(bits)
      : this.fromBits(bits, 0, Math.min(...masks.map((m) => m.high)));
  }

  /** Returns `a << b`, `a >> b` or `a >>> b`: by the low five bits of b. */
  shift(operator: '<<' | '>>' | '>>>', a: NumberTerm, b: NumberTerm): NumberTerm {
    const name = ({ '<<': 'bvshl', '>>': 'bvashr', '>>>': 'bvlshr' } as const)[operator];
    const places = this.terms.binary('bvand', this.bits(this.#below32(b)), this.terms.constant(31n, 32));
    const bits = this.terms.binary(name, this.bits(a), places);
    if (operator !== '>>>') return this.fromBits(bits);
    const most = isUnsigned(a.low, a.high) ? a.high : UINT_END - 1;
    const by = this.valueOf(b);
    const shifted = this.fromBits(bits, 0, by === null ? most : Math.floor(most / 2 ** (by & 31)));
    if (!this.isCounted(a, operator, b) || a.relative === undefined) return shifted;
    return this.from(shifted, 'place', this.shift('>>>', a.relative.offset, b));
  }

  /** Whether `a >>> 5` is an index from that of an ordinal: exactly where the ordinal is one of the window or beyond. */
  isCounted(a: NumberTerm, operator: string, b: NumberTerm): boolean {
    return operator === '>>>' && a.relative?.base === 'origin' && this.valueOf(b) === 5;
  }

  /** Returns `Math.imul(a, b)`. */
  imul(a: NumberTerm, b: NumberTerm): NumberTerm {
    return this.fromBits(this.terms.binary('bvmul', this.bits(a), this.bits(b)));
  }

  /** Returns `Math.clz32(a)`: looks at one bit after the other, from the lowest up, and keeps the last answer. */
  clz32(a: NumberTerm): NumberTerm {
    const { terms } = this;
    let zeros = terms.constant(32n, 32);
    for (let i = 0n; i < 32n; i += 1n) {
      const bit = terms.binary('bvand', this.bits(a), terms.constant(1n << i, 32));
      zeros = terms.ite(terms.equal(bit, terms.constant(0n, 32)), zeros, terms.constant(31n - i, 32));
    }
    return this.fromBits(zeros, 0, 32);
  }
}
