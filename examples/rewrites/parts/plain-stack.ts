/** The plain free stack: an array of page frames. */
import type { FreeStack } from './manager.ts';

export function plainStack(): FreeStack {
  const frames: number[] = [];
  return {
    push: (frame) => {
      frames.push(frame);
    },
    pop: () => frames.pop() ?? 0,
  };
}
