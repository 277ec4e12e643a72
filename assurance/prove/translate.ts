/**
 * Translation: the value that a function of TypeScript returns, as a term over its arguments. The meaning is taken only from the text
 * of the function and of the functions that it calls. The subset:
 *
 *     numbers that are integers, booleans, one Int32Array (as a window of words), arrows as arguments
 *     let, const, assignment, if, while, for, return, throw; loops are unrolled, and nothing is ever thrown
 *     + - * % & | ^ ~ << >> >>> === !== < <= > >= && || ! ?: Math.imul, clz32, min, max, abs
 *
 * Anything else is an error that names file and line. What a term cannot say becomes an *obligation*, to be proved with the
 * statement: that an index lies in the window, that a divisor is positive, that an assertion holds, that a loop ends within the
 * rounds it was given.
 */
import { Numbers, type NumberTerm } from './number.ts';
import { type Obligation, Obligations, type Site } from './obligations.ts';
import { Operators } from './operators.ts';
import { Choices, type Exit, goesOn, type Outcome, type Path, Walk, withoutLater } from './path.ts';
import type { Expression, FunctionSource, Node, Pattern, SourceFile, Statement } from './source.ts';
import { type Term, Terms } from './term.ts';
import { booleanOf, type Locals, NOTHING, type Value } from './value.ts';

/** A function at work. */
interface Frame {
  readonly file: SourceFile;
}

/** No loop goes round more often, were it known to. */
const MOST_ROUNDS = 5000;
/** Functions call no deeper than this. */
const MOST_DEPTH = 50;

/** Translates functions over one family of terms, and collects the obligations. */
export class Translator {
  readonly terms = new Terms();
  readonly numbers = new Numbers(this.terms);
  readonly #obligations = new Obligations(this.terms);
  readonly #operators = new Operators(this.terms, this.numbers, this.#obligations);
  readonly #choices = new Choices(this.terms, this.numbers);
  readonly #rounds: number;
  #cells: readonly Term[] = [];
  #depth = 0;

  /** Loops are unrolled `rounds` times, unless their condition is found to be false earlier. */
  constructor(rounds: number) {
    this.#rounds = rounds;
  }

  /** Returns what a function returns, and leaves the window's words as it does. */
  call(source: FunctionSource, args: readonly Value[]): Value {
    return this.#call(source, args, new Map(), this.terms.true);
  }

  /** The conditions under which the terms mean the same as the text. */
  get obligations(): readonly Obligation[] {
    return this.#obligations.all;
  }

  /** Words that functions read and write. */
  get cells(): readonly Term[] {
    return this.#cells;
  }

  set cells(cells: readonly Term[]) {
    this.#cells = cells;
  }

  #call(source: FunctionSource, args: readonly Value[], outer: Locals, guard: Term): Value {
    if (++this.#depth > MOST_DEPTH) throw source.file.error(source.node, 'expected no recursion');
    const locals = new Map(outer);
    source.params.forEach((param, k) => {
      locals.set(this.#nameOf(source.file, param), args[k] ?? NOTHING);
    });
    const frame: Frame = { file: source.file };
    const path = { guard, locals, cells: this.#cells };
    const { body } = source;
    const value = Array.isArray(body)
      ? this.#run(frame, body as readonly Statement[], path)
      : this.#evaluate(frame, body as Expression, new Walk(path));
    this.#depth -= 1;
    return value;
  }

  #run(frame: Frame, body: readonly Statement[], path: Path): Value {
    const { path: end, exit } = this.#statements(frame, body, path);
    const { value, cells } = exit({ value: NOTHING, cells: end?.cells ?? path.cells });
    this.#cells = cells;
    return value;
  }

  /** A place in the text, reached as the walk has come. */
  #site({ file }: Frame, node: Node, { path }: Walk): Site {
    return { file, node, guard: path.guard };
  }

  #nameOf(file: SourceFile, pattern: Pattern | Node): string {
    if (pattern.type === 'Identifier') return (pattern as { name: string }).name;
    throw file.error(pattern, `expected a name, found ${pattern.type}`);
  }

  /** Goes through statements; those that are never reached are not looked at. */
  #statements(frame: Frame, statements: readonly Statement[], path: Path): Outcome {
    const [first, ...others] = statements;
    if (first === undefined) return goesOn(path);
    const head = this.#statement(frame, first, path);
    if (head.path === null || others.length === 0) return head;
    const tail = this.#statements(frame, others, head.path);
    return { path: tail.path, exit: (rest) => head.exit(tail.exit(rest)) };
  }

  #statement(frame: Frame, statement: Statement, path: Path): Outcome {
    switch (statement.type) {
      case 'BlockStatement':
        return this.#block(frame, statement.body, path);
      case 'VariableDeclaration':
        return goesOn(this.#declare(frame, statement, path));
      case 'ExpressionStatement':
        return goesOn(this.#effect(frame, statement.expression, path));
      case 'ReturnStatement':
        return this.#return(frame, statement.argument ?? null, path);
      case 'ThrowStatement':
        return this.#throw(frame, statement, path);
      case 'IfStatement':
        return this.#if(frame, statement, path);
      case 'WhileStatement':
        return this.#loop(frame, { ...statement, update: null }, path, 0);
      case 'ForStatement':
        return this.#for(frame, statement, path);
      default:
        throw frame.file.error(statement, `${statement.type} is not translated`);
    }
  }

  /** Translates a block. Its declarations end with it. */
  #block(frame: Frame, statements: readonly Statement[], path: Path): Outcome {
    const outcome = this.#statements(frame, statements, path);
    return { ...outcome, path: withoutLater(outcome.path, path) };
  }

  #declare(
    frame: Frame,
    { declarations }: Extract<Statement, { type: 'VariableDeclaration' }>,
    path: Path,
  ): Path {
    const walk = new Walk(path);
    for (const { id, init } of declarations) {
      const name = this.#nameOf(frame.file, id);
      if (path.locals.has(name)) throw frame.file.error(id, `expected no second ${name}`);
      if (init == null) throw frame.file.error(id, `expected a value for ${name}`);
      walk.set(name, this.#evaluate(frame, init, walk));
    }
    return walk.path;
  }

  #return(frame: Frame, argument: Expression | null, path: Path): Outcome {
    const walk = new Walk(path);
    const value = argument === null ? NOTHING : this.#evaluate(frame, argument, walk);
    const exit = { value, cells: walk.path.cells };
    return { path: null, exit: () => exit };
  }

  /** A `throw` is a failed assertion: the proof must show that no path reaches it, so its outcome does not matter. */
  #throw({ file }: Frame, node: Node, { guard }: Path): Outcome {
    this.#obligations.require({ file, node, guard }, this.terms.false, 'the assertion holds');
    return { path: null, exit: (rest) => rest };
  }

  #if(
    frame: Frame,
    { test, consequent, alternate }: Extract<Statement, { type: 'IfStatement' }>,
    from: Path,
  ): Outcome {
    const { condition, path } = this.#condition(frame, test, from);
    const then = this.#branch(frame, consequent, path, condition);
    const otherwise = this.#branch(frame, alternate ?? null, path, this.terms.not(condition));
    if (then === null || otherwise === null) return then ?? otherwise ?? { path: null, exit: (rest) => rest };
    return this.#choices.outcome(frame.file, condition, then, otherwise);
  }

  #condition(frame: Frame, test: Expression, from: Path): { readonly condition: Term; readonly path: Path } {
    const walk = new Walk(from);
    const condition = this.#truth(frame, test, walk);
    return { condition, path: walk.path };
  }

  /** Returns the outcome of a statement if a condition holds, or null if it never does. */
  #branch(frame: Frame, statement: Statement | null, path: Path, condition: Term): Outcome | null {
    const guard = this.terms.and(path.guard, condition);
    if (guard === this.terms.false) return null;
    return statement === null
      ? goesOn({ ...path, guard })
      : this.#block(frame, [statement], { ...path, guard });
  }

  #for(frame: Frame, statement: Extract<Statement, { type: 'ForStatement' }>, from: Path): Outcome {
    const { type, loc, init, test, update, body } = statement;
    if (test == null) throw frame.file.error(statement, 'expected a loop with a condition');
    if (init != null && init.type !== 'VariableDeclaration')
      throw frame.file.error(init, 'expected a declaration');
    const path = init == null ? from : this.#declare(frame, init, from);
    const outcome = this.#loop(frame, { type, loc, test, update: update ?? null, body }, path, 0);
    return { ...outcome, path: withoutLater(outcome.path, from) };
  }

  /** Goes through a loop from some round on. */
  #loop(frame: Frame, loop: Loop, from: Path, round: number): Outcome {
    const { condition, path } = this.#condition(frame, loop.test, from);
    const end = this.#branch(frame, null, path, this.terms.not(condition)) ?? { ...goesOn(path), path: null };
    // A loop whose rounds are counted by constants goes on as it would.
    const isLast = round >= (condition === this.terms.true ? MOST_ROUNDS : this.#rounds);
    if (isLast) {
      const site = { file: frame.file, node: loop, guard: path.guard };
      this.#obligations.require(site, this.terms.not(condition), 'the loop ends');
    }
    const body = isLast ? null : this.#branch(frame, loop.body, path, condition);
    if (body === null) return end;
    if (body.path === null) return this.#choices.outcome(frame.file, condition, body, end);
    const next = loop.update === null ? body.path : this.#effect(frame, loop.update, body.path);
    const others = this.#loop(frame, loop, next, round + 1);
    const onwards = { path: others.path, exit: (rest: Exit): Exit => body.exit(others.exit(rest)) };
    return this.#choices.outcome(frame.file, condition, onwards, end);
  }

  /** Goes through an expression for what it does. */
  #effect(frame: Frame, expression: Expression, path: Path): Path {
    const walk = new Walk(path);
    if (expression.type === 'AssignmentExpression') this.#assign(frame, expression, walk);
    else this.#evaluate(frame, expression, walk);
    return walk.path;
  }

  #assign(frame: Frame, node: Extract<Expression, { type: 'AssignmentExpression' }>, walk: Walk): void {
    const operator = node.operator.slice(0, -1);
    const { left } = node;
    if (left.type !== 'Identifier' && left.type !== 'MemberExpression')
      throw frame.file.error(left, `${left.type} is not translated`);
    const value =
      operator === ''
        ? this.#evaluate(frame, node.right, walk)
        : this.#binary(frame, { type: node.type, loc: node.loc, operator, left, right: node.right }, walk);
    if (left.type === 'Identifier') this.#setLocal(frame, left, value, walk);
    else this.#store(frame, left, value, walk);
  }

  #setLocal(
    frame: Frame,
    { type, loc, name }: Node & { readonly name: string },
    value: Value,
    walk: Walk,
  ): void {
    if (!walk.path.locals.has(name))
      throw frame.file.error({ type, loc }, `expected ${name} to be a local variable`);
    walk.set(name, value);
  }

  /** Returns the place in the window that an index means, and requires that it lies there. */
  #place(frame: Frame, node: Extract<Expression, { type: 'MemberExpression' }>, walk: Walk): NumberTerm {
    const window = this.#evaluate(frame, node.object as Expression, walk);
    if (window.kind !== 'window' || window.cells !== null || !node.computed)
      throw frame.file.error(node, 'expected a word of the array that is a parameter');
    const index = this.#number(frame, node.property as Expression, walk);
    const place = this.numbers.subtract(index, window.at);
    const inside = this.#isWithin(place, walk.path.cells.length);
    this.#obligations.require(
      this.#site(frame, node, walk),
      inside,
      'the index lies within the words of the proof',
    );
    return place;
  }

  #store(
    frame: Frame,
    node: Extract<Expression, { type: 'MemberExpression' }>,
    value: Value,
    walk: Walk,
  ): void {
    if (value.kind !== 'number') throw frame.file.error(node, 'expected a number to store');
    const place = this.#place(frame, node, walk);
    const cells = walk.path.cells.map((cell, k) =>
      this.terms.ite(this.numbers.equal(place, this.numbers.constant(k)), this.numbers.bits(value), cell),
    );
    walk.setCells(cells);
  }

  #load(frame: Frame, node: Extract<Expression, { type: 'MemberExpression' }>, walk: Walk): NumberTerm {
    const place = this.#place(frame, node, walk);
    return this.#select(walk.path.cells, place);
  }

  #number(frame: Frame, node: Expression, walk: Walk): NumberTerm {
    const value = this.#evaluate(frame, node, walk);
    if (value.kind === 'number') return value;
    throw frame.file.error(node, `expected a number, found a ${value.kind}`);
  }

  #truth(frame: Frame, node: Expression, walk: Walk): Term {
    const value = this.#evaluate(frame, node, walk);
    if (value.kind === 'boolean') return value.term;
    throw frame.file.error(node, `expected a boolean, found a ${value.kind}`);
  }

  #evaluate(frame: Frame, node: Expression, walk: Walk): Value {
    switch (node.type) {
      case 'NumericLiteral':
        return this.numbers.constant(node.value);
      case 'BooleanLiteral':
        return booleanOf(node.value ? this.terms.true : this.terms.false);
      case 'Identifier':
        return this.#named(frame, node, walk);
      case 'ParenthesizedExpression':
        return this.#evaluate(frame, node.expression, walk);
      case 'UnaryExpression':
        return this.#unary(frame, node, walk);
      case 'BinaryExpression':
        return this.#binary(frame, node as Operation, walk);
      case 'LogicalExpression':
        return this.#logical(frame, node, walk);
      case 'ConditionalExpression':
        return this.#conditional(frame, node, walk);
      case 'CallExpression':
        return this.#callExpression(frame, node, walk);
      case 'MemberExpression':
        return this.#member(frame, node, walk);
      case 'UpdateExpression':
        return this.#update(frame, node, walk);
      case 'ArrowFunctionExpression':
        return { kind: 'closure', function: frame.file.arrow('an arrow', node), locals: walk.path.locals };
      default:
        throw frame.file.error(node, `${node.type} is not translated`);
    }
  }

  #named(frame: Frame, node: Extract<Expression, { type: 'Identifier' }>, walk: Walk): Value {
    const local = walk.path.locals.get(node.name);
    if (local !== undefined) return local;
    const meaning = frame.file.lookUp(node.name);
    if (meaning?.kind === 'function')
      return { kind: 'closure', function: meaning.function, locals: new Map() };
    if (meaning?.kind !== 'constant') throw frame.file.error(node, `${node.name} is not translated`);
    return this.#evaluate(
      { file: meaning.file },
      meaning.value,
      new Walk({ ...walk.path, locals: new Map() }),
    );
  }

  #unary(frame: Frame, node: Extract<Expression, { type: 'UnaryExpression' }>, walk: Walk): Value {
    if (node.operator === '!') return booleanOf(this.terms.not(this.#truth(frame, node.argument, walk)));
    const value = this.#number(frame, node.argument, walk);
    if (node.operator === '~') return this.numbers.complement(value);
    if (node.operator !== '-') throw frame.file.error(node, `${node.operator} is not translated`);
    return this.#operators.negative(this.#site(frame, node, walk), value);
  }

  #binary(frame: Frame, node: Operation, walk: Walk): Value {
    const left = this.#evaluate(frame, node.left, walk);
    const right = this.#evaluate(frame, node.right, walk);
    return this.#operators.binary(this.#site(frame, node, walk), node.operator, left, right);
  }

  /** Returns what an expression is where a condition holds. It must change nothing. */
  #under(frame: Frame, node: Expression, walk: Walk, condition: Term): Value {
    const guard = this.terms.and(walk.path.guard, condition);
    const inner = new Walk({ ...walk.path, guard });
    const value = this.#evaluate(frame, node, inner);
    const isPure = inner.path.locals === walk.path.locals && inner.path.cells === walk.path.cells;
    if (!isPure) throw frame.file.error(node, 'expected no effect in an operand that may not be reached');
    return value;
  }

  #logical(frame: Frame, node: Extract<Expression, { type: 'LogicalExpression' }>, walk: Walk): Value {
    if (node.operator === '??') throw frame.file.error(node, '?? is not translated');
    const left = this.#truth(frame, node.left, walk);
    const isAnd = node.operator === '&&';
    const condition = isAnd ? left : this.terms.not(left);
    if (condition === this.terms.false) return booleanOf(left);
    const right = this.#under(frame, node.right, walk, condition);
    if (right.kind !== 'boolean')
      throw frame.file.error(node.right, `expected a boolean, found a ${right.kind}`);
    return booleanOf(isAnd ? this.terms.and(left, right.term) : this.terms.or(left, right.term));
  }

  #conditional(
    frame: Frame,
    node: Extract<Expression, { type: 'ConditionalExpression' }>,
    walk: Walk,
  ): Value {
    const condition = this.#truth(frame, node.test, walk);
    if (condition === this.terms.true) return this.#evaluate(frame, node.consequent, walk);
    if (condition === this.terms.false) return this.#evaluate(frame, node.alternate, walk);
    const then = this.#under(frame, node.consequent, walk, condition);
    const otherwise = this.#under(frame, node.alternate, walk, this.terms.not(condition));
    const value = this.#choices.value(condition, then, otherwise);
    if (value === null)
      throw frame.file.error(
        node,
        `expected values of one kind, found a ${then.kind} and a ${otherwise.kind}`,
      );
    return value;
  }

  #callExpression(frame: Frame, node: Extract<Expression, { type: 'CallExpression' }>, walk: Walk): Value {
    const { callee } = node;
    if (callee.type === 'MemberExpression') return this.#method(frame, node, walk);
    const called = this.#evaluate(frame, callee as Expression, walk);
    if (called.kind !== 'closure') throw frame.file.error(node, 'expected the call of a function');
    const args = node.arguments.map((argument) => this.#evaluate(frame, argument as Expression, walk));
    this.#cells = walk.path.cells;
    const value = this.#call(called.function, args, called.locals, walk.path.guard);
    if (this.#cells !== walk.path.cells) walk.setCells(this.#cells);
    return value;
  }

  #method(frame: Frame, node: Extract<Expression, { type: 'CallExpression' }>, walk: Walk): Value {
    const name = frame.file.textOf(node.callee);
    if (name.endsWith('.fill')) return this.#fill(frame, node, walk);
    if (name.endsWith('.bit')) return this.#bit(frame, node, walk);
    const args = node.arguments.map((argument) => this.#number(frame, argument as Expression, walk));
    const [a, b] = args;
    if (a === undefined || args.length > 2) throw frame.file.error(node, `${name} is not translated`);
    if (b === undefined && name === 'Math.clz32') return this.numbers.clz32(a);
    if (b === undefined && name === 'Math.abs') return this.#operators.absolute(a);
    if (b === undefined) throw frame.file.error(node, `${name} is not translated`);
    if (name === 'Math.imul') return this.numbers.imul(a, b);
    if (name === 'Math.min') return this.numbers.ite(this.numbers.less(b, a), b, a);
    if (name === 'Math.max') return this.numbers.ite(this.numbers.less(a, b), b, a);
    throw frame.file.error(node, `${name} is not translated`);
  }

  /** `words.fill(value, from, end)`: each word of [from, end). */
  #fill(frame: Frame, node: Extract<Expression, { type: 'CallExpression' }>, walk: Walk): Value {
    const window = this.#evaluate(frame, (node.callee as { object: Expression }).object, walk);
    const args = node.arguments.map((argument) => this.#number(frame, argument as Expression, walk));
    const [value, from, end] = args;
    if (window.kind !== 'window' || value === undefined || from === undefined || end === undefined)
      throw frame.file.error(node, 'expected fill(value, from, end) of the array that is a parameter');
    const [low, high] = [from, end].map((index) => this.numbers.subtract(index, window.at)) as [
      NumberTerm,
      NumberTerm,
    ];
    const most = this.numbers.constant(walk.path.cells.length);
    const [negative, beyond] = [
      this.numbers.less(low, this.numbers.constant(0)),
      this.numbers.less(most, high),
    ];
    const inside = this.terms.and(this.terms.not(negative), this.terms.not(beyond));
    this.#obligations.require(
      this.#site(frame, node, walk),
      inside,
      'what is filled lies within the words of the proof',
    );
    const cells = walk.path.cells.map((cell, k) => {
      const at = this.numbers.constant(k);
      const filled = this.terms.and(this.terms.not(this.numbers.less(at, low)), this.numbers.less(at, high));
      return this.terms.ite(filled, this.numbers.bits(value), cell);
    });
    walk.setCells(cells);
    return window;
  }

  /** `words.bit(n)`, in statements: the bit of an ordinal, in the words as they were or as they have become. */
  #bit(frame: Frame, node: Extract<Expression, { type: 'CallExpression' }>, walk: Walk): Value {
    const { numbers, terms } = this;
    const window = this.#evaluate(frame, (node.callee as { object: Expression }).object, walk);
    const [ordinal] = node.arguments.map((argument) => this.#number(frame, argument as Expression, walk));
    if (window.kind !== 'window' || window.cells === null || ordinal === undefined)
      throw frame.file.error(node, 'expected bit(ordinal) of the words');
    const place = numbers.subtract(ordinal, window.origin);
    const inside = this.#isWithin(place, window.cells.length * 32);
    this.#obligations.require(
      this.#site(frame, node, walk),
      inside,
      'the ordinal lies within the words of the proof',
    );
    const word = this.#select(window.cells, numbers.shift('>>>', place, numbers.constant(5)));
    const bit = numbers.bitwise('&', numbers.shift('>>>', word, ordinal), numbers.constant(1));
    return booleanOf(terms.not(numbers.equal(bit, numbers.constant(0))));
  }

  #isWithin(place: NumberTerm, end: number): Term {
    const { numbers, terms } = this;
    return terms.and(
      terms.not(numbers.less(place, numbers.constant(0))),
      numbers.less(place, numbers.constant(end)),
    );
  }

  /** Returns the word at a place, which lies within. */
  #select([first, ...rest]: readonly Term[], place: NumberTerm): NumberTerm {
    const { numbers, terms } = this;
    const word = rest.reduce(
      (found, cell, k) => terms.ite(numbers.equal(place, numbers.constant(k + 1)), cell, found),
      first ?? terms.constant(0n, 32),
    );
    return numbers.fromBits(word);
  }

  #member(frame: Frame, node: Extract<Expression, { type: 'MemberExpression' }>, walk: Walk): Value {
    if (node.computed) return this.#load(frame, node, walk);
    const object = this.#evaluate(frame, node.object as Expression, walk);
    const name = this.#nameOf(frame.file, node.property);
    if (object.kind === 'window' && name === 'origin') return object.origin;
    if (object.kind === 'window' && name === 'at') return object.at;
    throw frame.file.error(node, `.${name} is not translated`);
  }

  /** `++name`, as a value. */
  #update(frame: Frame, node: Extract<Expression, { type: 'UpdateExpression' }>, walk: Walk): Value {
    const { argument } = node;
    if (!node.prefix || argument.type !== 'Identifier')
      throw frame.file.error(node, 'expected ++ or -- before a name');
    const before = this.#number(frame, argument, walk);
    const one = this.numbers.constant(1);
    const after = node.operator === '++' ? this.numbers.add(before, one) : this.numbers.subtract(before, one);
    this.#setLocal(frame, argument, after, walk);
    return after;
  }
}

/** A loop of any kind. */
interface Loop extends Node {
  readonly test: Expression;
  readonly body: Statement;
  readonly update: Expression | null;
}

/** An operator between two operands. */
interface Operation extends Node {
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}
