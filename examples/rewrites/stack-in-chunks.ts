/** A stack in chunks of 7 page frames, each chunk an array. An empty chunk is kept until the chunk below it is empty too. */
import { managerOf } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

const CHUNK = 7;

export default managerOf({
  freeStack: () => {
    const chunks: Float64Array[] = [new Float64Array(CHUNK)];
    let height = 0;
    return {
      push: (frame) => {
        const at = Math.floor(height / CHUNK);
        chunks[at] ??= new Float64Array(CHUNK);
        chunks[at][height % CHUNK] = frame;
        height += 1;
      },
      pop: () => {
        height -= 1;
        const at = Math.floor(height / CHUNK);
        chunks.length = Math.min(chunks.length, at + 2);
        return chunks[at]?.[height % CHUNK] ?? 0;
      },
    };
  },
});
