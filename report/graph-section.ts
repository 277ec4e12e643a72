/** The section that shows the states of a search. */
import type { Exploration } from '../properties/explore/index.ts';
import type { World } from '../runner/index.ts';
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

/** Returns the section that shows the states of a search, or none without a graph of them. */
export function graphSections(
  { graph, operations }: Exploration,
  world: World,
  target: string,
): readonly Section[] {
  if (graph === null) return [];
  const words = operations.map((operation) => wordsOf(operation, world));
  return [{ kind: 'graph', title: `states of ${target}`, ...world, operations: words, graph }];
}
