/*
 * page_stack with a bug: a freed page is marked, "so that a use after free shows", when the lock has been released already. Whoever
 * was handed the page meanwhile loses what it wrote there. Every answer is right: only the contents of pages reveal it. To be linked
 * with page_stack_target.c, instead of page_stack.c.
 */
#include "../frameproof.h"
#include "page_stack.h"

#define pmm_free pmm_free_without_mark
#include "page_stack.c"
#undef pmm_free

#define FREED ((void *)UINT64_C(0xdeadf4eedeadf4ee))

void pmm_free(void *address) {
    pmm_free_without_mark(address);
    buffer_t *page = (buffer_t *)((uintptr_t)address / PMM_PAGE_SIZE * PMM_PAGE_SIZE);
    page->pages[BUFFER_PAGES - 1] = FREED;
}
