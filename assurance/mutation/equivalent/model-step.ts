/** Mutants of `model/step.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_STEP: readonly Listed[] = listed('model/step.ts', [
  {
    within: 'firstBroken',
    reason: 'There is a check at each place of the list, and none behind it, which is passed over.',
    changes: [
      {
        mutator: 'OptionalChaining',
        before: 'const side = check?.side(step) ?? null;',
        after: 'const side = check.side(step) ?? null;',
      },
      {
        mutator: 'EqualityOperator',
        before: 'for (let i = 0; i < checks.length; i += 1) {',
        after: 'for (let i = 0; i <= checks.length; i += 1) {',
      },
      {
        mutator: 'ConditionalExpression',
        before: 'if (check === undefined || side === null) continue;',
        after: 'if (false || side === null) continue;',
      },
    ],
  },
  {
    within: 'freedRegions',
    reason: 'An empty region changes the owner of no page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (false) return regions;',
      },
      {
        mutator: 'ConditionalExpression',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (true && operation.count === 0n) return regions;',
      },
      {
        mutator: 'EqualityOperator',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: "if (operation.call !== 'freeRegion' && operation.count === 0n) return regions;",
      },
      {
        mutator: 'StringLiteral',
        before: "if (operation.call === 'freeRegion' && operation.count === 0n) return regions;",
        after: 'if (operation.call === "" && operation.count === 0n) return regions;',
      },
    ],
  },
  {
    within: 'freedRegions',
    reason: 'What is freed was granted: each address is that of a page frame.',
    changes: [
      {
        mutator: 'ConditionalExpression',
        before: 'for (const base of pfns) if (base !== null) regions.push({ base, count });',
        after: 'for (const base of pfns) if (true) regions.push({ base, count });',
      },
    ],
  },
]);
