/* nodes as a target of frameproof. */
#include "frameproof.h"

#ifndef NODE_END
#define NODE_END 0x1000000
#define TWICE 0x2000000
#endif
#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

/* As its header declares it. */
void node_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map);
void *node_alloc(unsigned node);
void node_free(void *address);
uint64_t node_free_pages(void);
void node_each_link(void (*visit)(const void *start, size_t bytes));

static bool init(const fp_memory *memory) {
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        node_add(given->start, given->start + given->pages * FP_PAGE_SIZE, given->kind == FP_FREE, (uintptr_t)memory->base);
    }
    return true;
}

static unsigned node_of(uint64_t max_addr) { return max_addr == NODE_END ? 0 : max_addr == TWICE ? 1 : 2; }
static void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) { (void)alignment; return count == 1 ? node_alloc(node_of(max_addr)) : NULL; }
static bool free_page(void *address) { return node_free(address), true; }
static void live(void) { node_each_link(fp_live); }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"allocBitmap\", \"free\", \"freeAmount\"], \"largestRequest\": 1, \"runArguments\": [\"maxAddr\"], \"zones\": ["
                   "{\"name\": \"node 0\", \"below\": \"" TEXT(NODE_END) "\", \"fallback\": [\"node 1\", \"node 2\"]},"
                   " {\"name\": \"node 1\", \"below\": \"" TEXT(TWICE) "\", \"fallback\": [\"node 0\", \"node 2\"]},"
                   " {\"name\": \"node 2\", \"fallback\": [\"node 0\", \"node 1\"]}],"
                   " \"neverBelow\": \"0x1000\", \"unalignedFree\": \"misuse\", \"misuse\": \"undefined\", \"failures\": [], \"memoryBelow\": \"0x4000000\"}",
        .init = init, .alloc_bitmap = alloc_run, .free = free_page, .free_amount = node_free_pages, .live = live,
    });
}
