/*
 * page_array: an entry for each page, in the first free range with room for all of them; the free ones are a list.
 *
 *      page      0  1  2  3  4  5  6  7
 *      state     T  T  f  u  f  r  r  f         T the table, f free, u in use, r reserved
 *      next            4     7        -         first ─► 2 ─► 4 ─► 7
 *
 * Single pages only. A kernel of this kind stops where there is no memory and at a double free; it trusts its callers otherwise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)
#define NONE UINT32_MAX

struct range {
    uint64_t start, end; /* physical addresses, multiples of the page size */
};

struct page {
    uint32_t next; /* of a free page: the next one, or NONE */
    bool is_free;
};

/* The kernel's: does not return. */
_Noreturn void kernel_panic(const char *why, uint64_t page);

static struct page *pages;
static uint64_t first = NONE, available;
static uintptr_t direct_map;

void pmm_free(void *address) {
    uint64_t at = ((uintptr_t)address - direct_map) / PAGE;
    if (pages[at].is_free) {
        kernel_panic("double free", at);
    }
    pages[at] = (struct page){(uint32_t)first, true};
    first = at;
    available++;
}

void *pmm_alloc(void) {
    uint64_t at = first;
    if (at == NONE) {
        kernel_panic("out of memory", 0);
    }
    first = pages[at].next;
    pages[at].is_free = false;
    available--;
    return (void *)(direct_map + at * PAGE);
}

/* `end` is where memory ends that can ever be free. Says where the table lies; returns false where no range has room for it. */
bool pmm_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used) {
    direct_map = map;
    uint64_t size = (end / PAGE * sizeof *pages + PAGE - 1) / PAGE * PAGE;
    size_t at = 0;
    while (at < count && free_ranges[at].end - free_ranges[at].start < size) {
        at++;
    }
    if (at == count) {
        return false;
    }
    *used = (struct range){free_ranges[at].start, free_ranges[at].start + size};
    pages = (struct page *)(direct_map + used->start);
    for (uint64_t page = 0; page < end / PAGE; page++) {
        pages[page] = (struct page){NONE, false};
    }
    for (size_t i = 0; i < count; i++) {
        for (uint64_t page = free_ranges[i].start; page < free_ranges[i].end; page += PAGE) {
            if (page < used->start || page >= used->end) {
                pmm_free((void *)(direct_map + page));
            }
        }
    }
    return true;
}

uint64_t pmm_free_pages(void) {
    return available;
}
