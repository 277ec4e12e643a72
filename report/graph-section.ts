/** The section that shows the states of a search. */
import type { Exploration } from '../properties/explore/index.ts';
import type { Target, World } from '../runner/index.ts';
import { formatOperation, type Operation, pfnAt, toHex } from '../spec/index.ts';
import type { Section } from './data.ts';

/** Returns an operation in words, its addresses as page frames. */
function wordsOf(operation: Operation, { config }: World): string {
  return formatOperation(operation, (address) => {
    const frame = pfnAt(config, address);
    const offset = BigInt.asUintN(12, address - config.higherHalf);
    if (frame === null) return toHex(address);
    return offset === 0n ? `page frame ${frame}` : `page frame ${frame} + ${offset}`;
  });
}

/** Returns the section that shows the states of a search: as a graph, or where they are too many as ways; none where they were not kept. */
export function graphSections(
  { graph, tree, operations, policies }: Exploration,
  world: World,
  { name, profile }: Pick<Target, 'name' | 'profile'>,
): readonly Section[] {
  const words = operations.map((operation) => wordsOf(operation, world));
  const title = `states of ${name}`;
  if (graph !== null) return [{ kind: 'graph', title, ...world, operations: words, graph }];
  return tree === null ? [] : [{ kind: 'tree', title, ...world, policies, profile, operations, words, tree }];
}
