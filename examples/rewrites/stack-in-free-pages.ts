/**
 * A stack that takes no extra memory, as in small kernels: the first word of each free page frame holds the next one,
 * plus 1; 0 ends the list.
 */
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

const PAGE = 4096n;

export default managerOf({
  freeStack: (_, { memory }) => {
    let top = 0n;
    return {
      push: (frame) => {
        memory.write(BigInt(frame) * PAGE, top);
        top = BigInt(frame) + 1n;
      },
      pop: () => {
        const frame = top - 1n;
        top = memory.read(frame * PAGE);
        return Number(frame);
      },
    };
  },
});
