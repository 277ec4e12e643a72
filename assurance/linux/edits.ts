/**
 * Edits of a trace: what a broken page allocator would have logged, and what a correct one may have. Each names the line on which a
 * violation must be found, or says that none may be.
 */

/** An edited trace. */
export interface Edit {
  readonly name: string;
  readonly lines: readonly string[];
  /** The line that violates a clause, from 1; null where the edit decides nothing. */
  readonly line: number | null;
}

interface SinglePage {
  readonly kind: 'alloc' | 'free';
  readonly frame: string;
  readonly at: number;
}

/** Returns the events on single page frames, in order. */
function singlePages(lines: readonly string[]): readonly SinglePage[] {
  return lines.flatMap((line, at) => {
    const [, kind, frame = ''] = /mm_page_(alloc|free): .*pfn=(0x[0-9a-f]+) order=0/.exec(line) ?? [];
    return kind === 'alloc' || kind === 'free' ? [{ kind, frame, at }] : [];
  });
}

/** Returns the last event that a page frame has before a place; runs of more page frames are left aside. */
function lastBefore(events: readonly SinglePage[], frame: string, at: number): SinglePage | undefined {
  return events.findLast((event) => event.frame === frame && event.at < at);
}

/** Returns edits in the second half of a trace, where much is known. */
export function editsOf(lines: readonly string[]): readonly Edit[] {
  const events = singlePages(lines);
  const late = events.filter(({ at }) => at > lines.length / 2);
  const allocation = late.find(
    ({ kind, frame, at }) =>
      kind === 'alloc' && lastBefore(events, frame, at)?.kind === 'free' && wasAllocated(events, frame, at),
  );
  if (allocation === undefined) throw new Error('the trace hands out no page frame twice');
  const { frame, at } = allocation;
  const freed = lastBefore(events, frame, at)?.at ?? 0;
  const held = late.find(
    (event) => event.kind === 'alloc' && event.at > at && !isTouched(events, event.frame, event.at),
  );
  const moved = late.find((event) => event.kind === 'alloc' && event.at > (held?.at ?? 0) + 100);
  if (held === undefined || moved === undefined) throw new Error('the trace ends too early');
  const line = (place: number): string => lines[place] ?? '';
  return [
    { name: 'a free removed of a page that is handed out again', lines: lines.toSpliced(freed, 1), line: at },
    { name: 'an allocation doubled', lines: lines.toSpliced(at, 0, line(at)), line: at + 2 },
    {
      name: 'an allocation moved onto a held page',
      lines: lines.with(moved.at, line(moved.at).replace(`pfn=${moved.frame} `, `pfn=${held.frame} `)),
      line: moved.at + 1,
    },
    { name: 'an allocation removed', lines: lines.toSpliced(at, 1), line: null },
    { name: 'a free doubled', lines: lines.toSpliced(freed, 0, line(freed)), line: null },
  ];
}

/** Whether a page frame was allocated before it was freed before a place: so its free decides something. */
function wasAllocated(events: readonly SinglePage[], frame: string, at: number): boolean {
  const freed = lastBefore(events, frame, at);
  return freed !== undefined && lastBefore(events, frame, freed.at)?.kind === 'alloc';
}

/** Whether anything happens to a page frame after a place. */
function isTouched(events: readonly SinglePage[], frame: string, at: number): boolean {
  return events.some((event) => event.frame === frame && event.at > at);
}
