/**
 * An allocator with an own clause: the list of extents of works.ts, in a kernel that treats page frame 0 as "no page frame".
 *
 *   npx frameproof check --target examples/own-clause.ts
 */
import { blame, type OwnClause } from 'frameproof/properties';

export { default, policies } from './works.ts';

const noFrameZero: OwnClause = {
  name: 'own.no-frame-zero',
  sentence: 'Page frame 0 is never handed out.',
  sides: ['one page frame was handed out', 'several were'],
  side: ({ granted }) => (granted === null ? null : granted.runs[0]?.count === 1 ? 0 : 1),
  check: ({ granted }) => {
    const zero = granted?.runs.find(({ base }) => base === 0);
    return zero === undefined ? null : blame('page frame 0 was handed out', zero.base, 'pmm');
  },
};

export const checks = [noFrameZero];
