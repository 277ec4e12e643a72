/**
 * Operators: the results of JavaScript's operators on two integers, with obligations where a term would mean something else: no result is
 * -0, a divisor is positive, an ordinal lies in the window.
 */
import type { Numbers, NumberTerm } from './number.ts';
import type { Obligations, Site } from './obligations.ts';
import type { Term, Terms } from './term.ts';
import { booleanOf, type Value } from './value.ts';

export class Operators {
  readonly #terms: Terms;
  readonly #numbers: Numbers;
  readonly #obligations: Obligations;

  constructor(terms: Terms, numbers: Numbers, obligations: Obligations) {
    this.#terms = terms;
    this.#numbers = numbers;
    this.#obligations = obligations;
  }

  /** Returns the result of a binary operator on two values. Throws `SourceError` if it is not translated. */
  binary(site: Site, operator: string, a: Value, b: Value): Value {
    const { file, node } = site;
    if (a.kind === 'boolean' && b.kind === 'boolean' && /^[!=]==$/.test(operator)) {
      const same = this.#terms.or(
        this.#terms.and(a.term, b.term),
        this.#terms.and(this.#terms.not(a.term), this.#terms.not(b.term)),
      );
      return booleanOf(operator === '===' ? same : this.#terms.not(same));
    }
    if (a.kind !== 'number' || b.kind !== 'number')
      throw file.error(node, `${operator} of a ${a.kind} and a ${b.kind} is not translated`);
    try {
      return this.#ofNumbers(site, operator, a, b);
    } catch (error) {
      if (error instanceof RangeError) throw file.error(node, error.message);
      throw error;
    }
  }

  /** Returns the negation of a number that is not 0. */
  negative(site: Site, a: NumberTerm): NumberTerm {
    const zero = this.#numbers.constant(0);
    const isZero = this.#numbers.equal(a, zero);
    this.#obligations.require(site, this.#terms.not(isZero), 'what is negated is not 0');
    return this.#numbers.subtract(zero, a);
  }

  absolute(a: NumberTerm): NumberTerm {
    const zero = this.#numbers.constant(0);
    return this.#numbers.ite(this.#numbers.less(a, zero), this.#numbers.subtract(zero, a), a);
  }

  #ofNumbers(site: Site, operator: string, a: NumberTerm, b: NumberTerm): Value {
    const [numbers, terms] = [this.#numbers, this.#terms];
    switch (operator) {
      case '+':
        return numbers.add(a, b);
      case '-':
        return numbers.subtract(a, b);
      case '*':
        return this.#product(site, a, b);
      case '%':
        return this.#remainder(site, a, b);
      case '/':
      case '**':
        return this.#ofConstants(site, operator, a, b);
      case '&':
      case '|':
      case '^':
        return numbers.bitwise(operator, a, b);
      case '<<':
      case '>>':
      case '>>>':
        this.#requireCounted(site, operator, a, b);
        return numbers.shift(operator, a, b);
      case '===':
        return booleanOf(numbers.equal(a, b));
      case '!==':
        return booleanOf(terms.not(numbers.equal(a, b)));
      case '<':
        return booleanOf(numbers.less(a, b));
      case '>':
        return booleanOf(numbers.less(b, a));
      case '<=':
        return booleanOf(terms.not(numbers.less(b, a)));
      case '>=':
        return booleanOf(terms.not(numbers.less(a, b)));
      default:
        throw site.file.error(site.node, `${operator} is not translated`);
    }
  }

  /** The index of an ordinal's word is counted from the window's first: the ordinal must not lie before it, and below 2^32. */
  #requireCounted(site: Site, operator: string, a: NumberTerm, b: NumberTerm): void {
    const [numbers, terms] = [this.#numbers, this.#terms];
    if (a.relative === undefined || !numbers.isCounted(a, operator, b)) return;
    const isBefore = numbers.less(a.relative.offset, numbers.constant(0));
    const isBeyond = numbers.less(numbers.constant(2 ** 32 - 1), a);
    const isOneOfThem = terms.not(terms.or(isBefore, isBeyond));
    this.#obligations.require(site, isOneOfThem, 'the ordinal is one of the window');
  }

  /** A product is -0 where one factor is 0 and the other is negative. */
  #product(site: Site, a: NumberTerm, b: NumberTerm): NumberTerm {
    const [numbers, terms] = [this.#numbers, this.#terms];
    const zero = numbers.constant(0);
    const isMinusZero = (x: NumberTerm, y: NumberTerm): Term =>
      terms.and(numbers.equal(x, zero), numbers.less(y, zero));
    const either = terms.or(isMinusZero(a, b), isMinusZero(b, a));
    this.#obligations.require(site, terms.not(either), 'the product is not -0');
    return numbers.multiply(a, b);
  }

  #remainder(site: Site, a: NumberTerm, b: NumberTerm): NumberTerm {
    const [numbers, terms] = [this.#numbers, this.#terms];
    const zero = numbers.constant(0);
    const fits = terms.and(terms.not(numbers.less(a, zero)), numbers.less(zero, b));
    const text = 'the remainder is of a number that is not negative by a positive one';
    this.#obligations.require(site, fits, text);
    return numbers.remainder(a, b);
  }

  #ofConstants({ file, node }: Site, operator: '/' | '**', a: NumberTerm, b: NumberTerm): NumberTerm {
    const [x, y] = [this.#numbers.valueOf(a), this.#numbers.valueOf(b)];
    if (x === null || y === null) throw file.error(node, `${operator} is only translated for constants`);
    return this.#numbers.constant(operator === '/' ? x / y : x ** y);
  }
}
