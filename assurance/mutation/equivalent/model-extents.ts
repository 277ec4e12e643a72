/** Mutants of `model/extents.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_EXTENTS: readonly Listed[] = listed('model/extents.ts', [
  {
    within: 'findExtent',
    reason: 'From the end on there is nothing to look at: the inner loop does not begin.',
    changes: [
      {
        mutator: 'EqualityOperator',
        before: 'for (let place = leafAt(extents, base); from < end; place += 1) {',
        after: 'for (let place = leafAt(extents, base); from <= end; place += 1) {',
      },
    ],
  },
  {
    within: 'findExtent',
    reason:
      'Every page frame lies in an extent, if only in one that is absent: there is none without an owner.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "if (test(owners[i] ?? 'absent', from, to)) return from;",
        after: 'if (test(owners[i] ?? "", from, to)) return from;',
      },
    ],
  },
  {
    within: 'give',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (false || tail === undefined) return extents;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (false) return extents;',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (head === undefined || false) return extents;',
      },
      {
        mutator: 'LogicalOperator',
        before: 'if (head === undefined || tail === undefined) return extents;',
        after: 'if (head === undefined && tail === undefined) return extents;',
      },
    ],
  },
  {
    within: 'give',
    reason: 'With one leaf, to put the changed leaf in its place comes to the same list.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before:
          'return extents.length === 1 ? changed : extents.toSpliced(first, last - first + 1, ...changed);',
        after: 'return false ? changed : extents.toSpliced(first, last - first + 1, ...changed);',
      },
    ],
  },
  {
    within: 'given',
    reason: "Before the first extent lies none, whose owner is nobody's.",
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const begins = kept === 0 || owners[kept - 1] !== owner;',
        after: 'const begins = false || owners[kept - 1] !== owner;',
      },
    ],
  },
  {
    within: 'given',
    reason: 'Where head and tail are one leaf, what is before and what is after it are joined to the same.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'const { starts, owners } = head === tail ? head : concatenated(head, tail);',
        after: 'const { starts, owners } = false ? head : concatenated(head, tail);',
      },
    ],
  },
  {
    within: 'leafAt',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: 'if ((extents[middle]?.starts[0] ?? 0) <= frame) low = middle;',
        after: 'if ((extents[middle].starts[0] ?? 0) <= frame) low = middle;',
      },
    ],
  },
  {
    within: 'ownerAt',
    reason: 'The compiler asks for it; a place that was searched for is one of a leaf.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: "return leaf?.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';",
        after: "return leaf.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';",
      },
    ],
  },
  {
    within: 'ownerAt',
    reason:
      'Every page frame lies in an extent, if only in one that is absent: there is none without an owner.',
    changes: [
      {
        mutator: 'StringLiteral',
        before: "return leaf?.owners[lastUpTo(leaf.starts, frame)] ?? 'absent';",
        after: 'return leaf?.owners[lastUpTo(leaf.starts, frame)] ?? "";',
      },
    ],
  },
]);
