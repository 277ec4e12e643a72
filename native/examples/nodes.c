/*
 * nodes: memory of three nodes, such as sockets. Each has a list of its free pages, and each link lies in its page.
 *
 *      0            NODE_END          2 NODE_END              end
 *      ├── node 0 ──────┼──── node 1 ─────┼───── node 2 ───────┤
 *
 * A page is asked for near a node: it comes from there, or else from the nearest node that has one. Nodes 1 and 2 are neighbours of
 * node 0, and far from each other. Page 0 is left out. It trusts its callers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE ((uint64_t)4096)
#ifndef NODE_END
#define NODE_END 0x1000000
#endif
#define NODES 3

struct page {
    struct page *next;
};

static const unsigned char nearest[NODES][NODES] = {{0, 1, 2}, {1, 0, 2}, {2, 0, 1}};
static struct page *heads[NODES];
static uint64_t available;
static uintptr_t direct_map;

void node_free(void *address) {
    struct page *page = address;
    uint64_t node = ((uintptr_t)address - direct_map) / NODE_END;
    struct page **head = &heads[node < NODES ? node : NODES - 1];
    page->next = *head;
    *head = page;
    available++;
}

void *node_alloc(unsigned node) {
    for (int i = 0; i < NODES; i++) {
        struct page **head = &heads[nearest[node][i]], *page = *head;
        if (page != NULL) {
            *head = page->next;
            available--;
            return page;
        }
    }
    return NULL;
}

/* Takes note of the pages from physical address `start` up to `end`. `map` is where physical address 0 is mapped. */
void node_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map) {
    direct_map = map;
    for (uint64_t page = start == 0 ? PAGE : start; is_free && page < end; page += PAGE) {
        node_free((void *)(map + page));
    }
}

uint64_t node_free_pages(void) {
    return available;
}

/* Calls `visit` with the link of each free page: nothing else in them counts. */
void node_each_link(void (*visit)(const void *start, size_t bytes)) {
    for (int node = 0; node < NODES; node++) {
        for (struct page *page = heads[node]; page != NULL; page = page->next) {
            visit(&page->next, sizeof page->next);
        }
    }
}
