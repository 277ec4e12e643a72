/** Row 10: bytes of state per page frame, fresh and at worst. */
import { machine } from './machine.ts';
import type { Subject } from './subject.ts';

/**
 * Returns the bytes of state of a machine of `frames` page frames, all stack zone: fresh, and after all were allocated and
 * freed, first every even one, then every odd one: no two neighbours in a row, the worst that can happen to a stack of runs.
 */
export function measureState<P, B>(subject: Subject<P, B>, frames: number): readonly [number, number] {
  subject.init(machine([{ base: 0, pages: frames, type: 'conventional' }], 0));
  const fresh = subject.stateBytes() ?? 0;
  const pages = subject.batch(frames);
  for (let i = 0; i < frames; i += 1) subject.set(pages, i, subject.alloc() ?? subject.page(0));
  for (let i = 0; i < frames; i += 2) subject.free(subject.get(pages, i));
  for (let i = 1; i < frames; i += 2) subject.free(subject.get(pages, i));
  return [fresh, subject.stateBytes() ?? 0];
}
