/** Mutants of `model/step.ts` that do what the original does. */
import { type Listed, listed } from '../listed.ts';

export const MODEL_STEP: readonly Listed[] = listed('model/step.ts', [
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
        before: 'for (const base of frames) if (base !== null) regions.push({ base, count });',
        after: 'for (const base of frames) if (true) regions.push({ base, count });',
      },
    ],
  },
]);
