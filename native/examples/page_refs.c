/*
 * page_refs: an entry for each page with the number of its references, in the first free range with room for all of them.
 *
 *      page      0  1  2  3  4  5  6  7
 *      refs      1  1  0  2  0  1  1  0         0 and 1 hold the table; 2, 4 and 7 are free: a list through the entries
 *
 * After init all pages have a reference but the free ones; boot code gives its own back by page_put. A page returns with its last
 * reference. A page of 255 references takes no more. References to free pages stop the kernel; it trusts its callers otherwise.
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
    uint8_t refs;
};

/* The kernel's: does not return. */
_Noreturn void kernel_panic(const char *why, uint64_t page);

static struct page *pages;
static uint64_t first = NONE, available;
static uintptr_t direct_map;

static struct page *referred(void *address) {
    uint64_t at = ((uintptr_t)address - direct_map) / PAGE;
    if (pages[at].refs == 0) {
        kernel_panic("the page is free", at);
    }
    return &pages[at];
}

void *page_alloc(void) {
    if (first == NONE) {
        return NULL;
    }
    struct page *page = &pages[first];
    void *address = (void *)(direct_map + first * PAGE);
    first = page->next;
    page->refs = 1;
    available--;
    return address;
}

/* Returns false where the page has the most references that there can be. */
bool page_get(void *address) {
    struct page *page = referred(address);
    if (page->refs == UINT8_MAX) {
        return false;
    }
    page->refs++;
    return true;
}

void page_put(void *address) {
    struct page *page = referred(address);
    page->refs--;
    if (page->refs == 0) {
        page->next = (uint32_t)first;
        first = (uint64_t)(page - pages);
        available++;
    }
}

/* `end` is where memory ends that can ever be free. Says where the table lies; returns false where no range has room for it. */
bool page_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used) {
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
        pages[page] = (struct page){NONE, 1};
    }
    for (size_t i = 0; i < count; i++) {
        for (uint64_t page = free_ranges[i].start; page < free_ranges[i].end; page += PAGE) {
            if (page < used->start || page >= used->end) {
                page_put((void *)(direct_map + page));
            }
        }
    }
    return true;
}

uint64_t page_free_count(void) {
    return available;
}
