/** Mutants of `model/state.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_STATE: readonly Listed[] = listed('model/state.ts', [
  {
    within: 'ascendingRuns',
    reason:
      'Regions given one by one, unsorted or not joined, come to the same owners: sorted and joined it takes less time.',
    changes: [
      { mutator: 'UnaryOperator', before: 'const last = runs.at(-1);', after: 'const last = runs.at(+1);' },
      {
        mutator: 'ArithmeticOperator',
        before: 'for (const region of regions.toSorted((a, b) => a.base - b.base)) {',
        after: 'for (const region of regions.toSorted((a, b) => a.base + b.base)) {',
      },
      {
        mutator: 'ArrowFunction',
        before: 'for (const region of regions.toSorted((a, b) => a.base - b.base)) {',
        after: 'for (const region of regions.toSorted(() => undefined)) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (last !== undefined && endOf(last) === region.base)',
        after: 'if (false)',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (false) return regions;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (true) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (regions.length < 1) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'if (regions.length <= 1) return regions;',
        after: 'if (regions.length > 1) return regions;',
      },
    ],
  },
  {
    within: 'bootPages',
    reason: 'One page frame is found among extents as well, only later.',
    changes: [
      {
        mutator: 'ArithmeticOperator',
        before: "if (end - base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
        after: "if (end + base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (end - base === 1) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
        after: "if (false) return ownerAt(extents, base) === 'boot' ? 1 : 0;",
      },
    ],
  },
  {
    within: 'ModelState.#listed',
    reason: 'RAM has an owner; the compiler asks for the check.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (owner === 'absent') return this;",
        after: 'if (false) return this;',
      },
      {
        mutator: 'StringLiteral',
        before: "if (owner === 'absent') return this;",
        after: 'if (owner === "") return this;',
      },
    ],
  },
  {
    within: 'ModelState.firstFailing',
    reason: 'One page frame is found among extents as well, only later.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (count === 1) return test(ownerAt(this.#fields.extents, base)) ? null : base;',
        after: 'if (false) return test(ownerAt(this.#fields.extents, base)) ? null : base;',
      },
    ],
  },
  {
    within: 'ModelState.lowestFit',
    reason: 'More page frames than are free fit nowhere: the search finds that out, too.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (count > this.freeIn('bitmap')) return null;",
        after: 'if (false) return null;',
      },
    ],
  },
  {
    within: 'ModelState.lowestFit',
    reason: 'Every zone but the stack zone is the bitmap zone.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "if (count > this.freeIn('bitmap')) return null;",
        after: 'if (count > this.freeIn("")) return null;',
      },
    ],
  },
  {
    within: 'ModelState.lowestFit',
    reason: 'Every page frame is a multiple of one, with the division or without.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'if (from !== end) lowest = alignment === 1 ? from : Math.ceil(from / alignment) * alignment;',
        after: 'if (from !== end) lowest = false ? from : Math.ceil(from / alignment) * alignment;',
      },
    ],
  },
]);
