/** The recipes of `docs/recipes/`: allocators of the kinds that kernels have, and ways to break each. */

/** A text of the allocator or of its target, and what takes its place. */
export type Edit = readonly [from: string, to: string];

/** A way to break an allocator, and the clauses of which it breaks one. */
export interface BrokenVariant {
  readonly edit: Edit;
  readonly clauses: readonly string[];
  /** The claims under which it is correct with the promises that it keeps: nothing but its author can tell. Default: none. */
  readonly trusts?: object;
}

/** An allocator of `native/examples/` with its target, and broken variants. */
export interface Recipe {
  /** The name of the page, and of the allocator's file. */
  readonly name: string;
  readonly broken: Readonly<Record<string, BrokenVariant>>;
  /** Options of the compiler for a search. Default: none. */
  readonly small?: readonly string[];
  /** The page frames of a world that a search closes on, in each zone; null where none is searched. */
  readonly searched: { readonly stack: number; readonly bitmap: number } | null;
}

export const RECIPES: readonly Recipe[] = [
  {
    name: 'free_list',
    searched: { stack: 5, bitmap: 0 },
    broken: {
      'the last page of a range is left out': {
        edit: ['page < end;', 'page + PAGE < end;'],
        clauses: ['init.free'],
      },
      'a page stays on the list': {
        edit: ['        head = page->next;\n', ''],
        clauses: ['alloc.was-free', 'policy.lifo'],
      },
      'a free forgets the rest of the list': {
        edit: ['    page->next = head;\n', '    page->next = available < 3 ? head : head->next;\n'],
        clauses: ['alloc.complete', 'policy.lifo'],
      },
    },
  },
  {
    name: 'extent_tree',
    searched: { stack: 0, bitmap: 5 },
    broken: {
      'the extent after a freed one is lost': {
        edit: ['        end = end_of(first);\n', ''],
        clauses: ['alloc.complete', 'allocBitmap.complete', 'policy.first-fit'],
      },
      'the largest extent below a node is not counted': {
        edit: ['tree->pages > below ? tree->pages : below', 'tree->pages + 0 * below'],
        clauses: ['alloc.complete', 'allocBitmap.complete', 'policy.first-fit'],
      },
      'a rest of one page is forgotten': {
        edit: ['if (rest > 0)', 'if (rest > 1)'],
        clauses: ['alloc.complete', 'allocBitmap.complete', 'free.owner', 'policy.first-fit'],
      },
    },
  },
  {
    name: 'page_refs',
    searched: { stack: 0, bitmap: 4 },
    broken: {
      'a page returns while somebody refers to it': {
        edit: [
          '    if (page->refs == 0) {\n        page->next',
          '    if (page->refs <= 1) {\n        page->next',
        ],
        clauses: ['references.last'],
      },
      'a new page has two references': {
        edit: ['page->refs = 1;', 'page->refs = 2;'],
        clauses: ['references.last'],
      },
      'the count of references wraps': {
        edit: ['if (page->refs == UINT8_MAX)', 'if (page->refs == 0)'],
        clauses: ['retain.most'],
      },
      'the last page of the table is free': {
        edit: ['page >= used->end', 'page + PAGE >= used->end'],
        clauses: ['init.free'],
      },
    },
  },
  {
    name: 'zones',
    small: ['-DDMA_END=0x2000'],
    searched: { stack: 0, bitmap: 3 },
    broken: {
      'there is no fallback': {
        edit: [' || (zone == NORMAL && take(DMA, count, &first))', ''],
        clauses: ['alloc.complete', 'allocBitmap.complete'],
      },
      'a device is given what it cannot reach': {
        edit: ['(zone == NORMAL && take(DMA, count, &first))', 'take(1 - zone, count, &first)'],
        clauses: ['allocBitmap.complete', 'allocBitmap.below-max'],
      },
      'a page that is in use is taken away': {
        edit: [
          '        if (!is_free(page)) {\n            return false;',
          '        if (!is_free(page) && page > first) {\n            return false;',
        ],
        clauses: ['removeRegion.complete', 'removeRegion.gone'],
      },
      'what is taken away stays free': {
        edit: [
          '    mark(first, count, false);\n    return true;\n}\n\nuint64_t pmm_free_count',
          '    available -= count;\n    return true;\n}\n\nuint64_t pmm_free_count',
        ],
        clauses: ['removed.withheld', 'removeRegion.complete', 'alloc.complete', 'allocBitmap.complete'],
      },
      'the zones run together': {
        edit: ['[DMA] = {0, DMA_END / PAGE}', '[DMA] = {0, PAGES}'],
        clauses: ['allocBitmap.complete', 'allocBitmap.below-max'],
      },
      'the zone for devices is used up first': {
        edit: [
          'take(zone, count, &first) || (zone == NORMAL && take(DMA, count, &first))',
          'take(DMA, count, &first) || (zone == NORMAL && take(NORMAL, count, &first))',
        ],
        clauses: ['alloc.zone', 'allocBitmap.zone'],
      },
    },
  },
  {
    name: 'nodes',
    small: ['-DNODE_END=0x2000', '-DTWICE=0x4000'],
    searched: { stack: 0, bitmap: 5 },
    broken: {
      'the last page of a range is left out': {
        edit: ['is_free && page < end;', 'is_free && page + PAGE < end;'],
        clauses: ['init.free'],
      },
      'the nodes of two lists are mixed up': {
        edit: ['{2, 0, 1}', '{2, 1, 0}'],
        clauses: ['allocBitmap.zone'],
      },
      'a page returns to the node that it was asked for near': {
        edit: ['heads[node < NODES ? node : NODES - 1]', 'heads[node < NODES && node > 0 ? 1 : 0]'],
        clauses: ['allocBitmap.zone', 'allocBitmap.complete'],
      },
    },
  },
  {
    name: 'dma_runs',
    searched: { stack: 0, bitmap: 4 },
    broken: {
      'only where a run begins must not lie across the boundary': {
        edit: ['(first + count - 1) / boundary', '(first + (count > 2 ? count - 2 : 0)) / boundary'],
        clauses: ['allocWithin.boundary'],
      },
      'the lower limit is rounded down': {
        edit: [' + (low % PAGE != 0)', ''],
        clauses: ['allocWithin.above-min'],
      },
      'the run that ends at the limit is not found': {
        edit: ['first > end - count)', 'first >= end - count)'],
        clauses: ['allocWithin.complete', 'allocAt.complete'],
      },
      'the alignment is lost after a page in use': {
        edit: [
          '        first = round_up(first, multiple);',
          '        first = first <= low / PAGE + 1 ? round_up(first, multiple) : first;',
        ],
        clauses: ['allocWithin.aligned'],
      },
      'a free refuses only where all of its pages are free': {
        edit: ['if (states[page] != USED)', 'if (states[page] != USED && page == first)'],
        clauses: ['freeRegion.owner'],
      },
    },
  },
  {
    name: 'bitmap_tree',
    searched: { stack: 0, bitmap: 5 },
    broken: {
      'the levels above are not told that a word is empty': {
        edit: [
          '        if (level[k][page / 64] != 0) {\n            break;\n        }\n',
          '        break;\n',
        ],
        clauses: ['alloc.complete', 'allocBitmap.complete'],
      },
      'the page at the limit is handed out': {
        edit: ['(page + 1) * PAGE >', 'page * PAGE >'],
        clauses: ['allocBitmap.complete', 'allocBitmap.below-max'],
      },
      'the last word of a page is not zeroed': {
        edit: [', 0, PAGE);', ', 0, PAGE - 8);'],
        clauses: ['contents.zeroed'],
        trusts: {},
      },
      'a free tells only the lowest level': {
        edit: [
          '    for (int k = 0; k < LEVELS; k++, page /= 64) {\n        level[k][page / 64] |=',
          '    for (int k = 0; k < (available > 2 ? 1 : LEVELS); k++, page /= 64) {\n        level[k][page / 64] |=',
        ],
        clauses: ['alloc.complete', 'allocBitmap.complete', 'policy.first-fit'],
      },
    },
  },
  {
    name: 'carved_bitmap',
    searched: { stack: 0, bitmap: 5 },
    broken: {
      'the table is still free': {
        edit: ['    mark(used->start / PAGE, size / PAGE, true);\n', ''],
        clauses: ['init.free'],
      },
      'the table is named one page short': {
        edit: [
          'fp_keep(used.start, (used.end - used.start)',
          'fp_keep(used.start, (used.end - used.start - 1)',
        ],
        clauses: ['init.free'],
      },
      'the last page is never found': {
        edit: ['count <= frames - first', 'count < frames - first'],
        clauses: ['alloc.complete', 'allocBitmap.complete'],
      },
      'the table is not filled': {
        edit: ['    memset(table, 0xff, bytes);\n', ''],
        clauses: ['init.free', 'init.total', 'init.withheld'],
      },
      'the alignment of the next try is lost': {
        edit: ['first = (first + i + multiple) & ~(multiple - 1);', 'first = first + i + 1;'],
        clauses: ['allocBitmap.aligned'],
      },
    },
  },
  {
    name: 'buddy_orders',
    searched: { stack: 0, bitmap: 4 },
    broken: {
      'an order wraps as a shift by it does': {
        edit: ['unsigned order = wanted;', 'wanted %= 64;\n    unsigned order = wanted;'],
        clauses: ['allocBitmap.complete', 'init.withheld'],
      },
      'a block is joined with a smaller buddy': {
        edit: ['orders[buddy] != order', 'orders[buddy] > order'],
        clauses: ['alloc.was-free', 'allocBitmap.was-free', 'init.withheld', 'allocBitmap.complete'],
      },
      'the upper half of a split block is lost': {
        edit: ['        insert(frame + (UINT64_C(1) << order), order);\n', ''],
        clauses: ['alloc.complete', 'allocBitmap.complete'],
      },
      'a block is taken back as one page': {
        edit: [
          'return pmm_free(address, (unsigned)order), true',
          'return pmm_free(address, 0 * (unsigned)order), true',
        ],
        clauses: ['freed.returns'],
      },
      'the order of a block stays after it is handed out': {
        edit: ['    orders[frame] = NONE;\n', ''],
        clauses: ['alloc.was-free', 'allocBitmap.was-free', 'freeRegion.owner', 'free.owner'],
      },
    },
  },
  {
    name: 'page_array',
    searched: { stack: 0, bitmap: 5 },
    broken: {
      'a double free is not noticed': {
        edit: ['if (pages[at].is_free)', 'if (false)'],
        clauses: ['free.owner'],
        trusts: { misuse: 'undefined' },
      },
      'the last page of the table is free': {
        edit: ['page >= used->end', 'page + PAGE >= used->end'],
        clauses: ['init.free'],
      },
      'a page stays free when it is handed out': {
        edit: ['    pages[at].is_free = false;\n', ''],
        clauses: ['free.owner'],
      },
      'the table is not cleared': {
        edit: ['        pages[page] = (struct page){NONE, false};\n', ''],
        clauses: ['init.total', 'free.owner'],
      },
    },
  },
];
