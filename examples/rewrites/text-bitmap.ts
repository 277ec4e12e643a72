/** A readable bitmap: one character a page frame, searched by a regular expression. */
import { managerOf, type Run } from './parts/manager.ts';

export { policies } from './parts/manager.ts';

export default managerOf({
  freeRuns: (frames) => {
    let text = '#'.repeat(frames.count);
    const write = ({ base, end }: Run, character: string): void => {
      const [from, to] = [frames.at(base), frames.at(base) + end - base];
      text = text.slice(0, from) + character.repeat(to - from) + text.slice(to);
    };
    return {
      give: (run) => write(run, '.'),
      take: (run) => write(run, '#'),
      *runs() {
        for (const { index, 0: found } of text.matchAll(/\.+/g))
          yield* frames.between(index, index + found.length);
      },
    };
  },
});
