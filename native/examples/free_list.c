/*
 * free_list: the free pages are a list, and each link lies in its page.
 *
 *      head ──► page 5 ──► page 2 ──► page 7 ──► NULL
 *
 * Single pages only, last in, first out. Page 0 is left out: in a kernel that maps memory one to one, its address is NULL. A free of
 * what is not the start of a page stops the kernel; it trusts its callers otherwise.
 */
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)

struct page {
    struct page *next;
};

/* The kernel's: does not return. */
_Noreturn void kernel_panic(const char *why);

static struct page *head;
static uint64_t available;

void pmm_free(void *address) {
    struct page *page = address;
    if ((uintptr_t)page % PAGE != 0) {
        kernel_panic("pmm_free: not a page");
    }
    page->next = head;
    head = page;
    available++;
}

void *pmm_alloc(void) {
    struct page *page = head;
    if (page != NULL) {
        head = page->next;
        available--;
    }
    return page;
}

/* Hands over the pages from physical address `start` up to `end`. `map` is where physical address 0 is mapped. */
void pmm_add(uint64_t start, uint64_t end, uintptr_t map) {
    for (uint64_t page = start == 0 ? PAGE : start; page < end; page += PAGE) {
        pmm_free((void *)(map + page));
    }
}

uint64_t pmm_free_pages(void) {
    return available;
}

/* Calls `visit` with the link of each free page: nothing else in them counts. */
void pmm_each_link(void (*visit)(const void *start, size_t bytes)) {
    for (struct page *page = head; page != NULL; page = page->next) {
        visit(&page->next, sizeof page->next);
    }
}
