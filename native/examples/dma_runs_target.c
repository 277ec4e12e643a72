/* dma_runs as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
void dma_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map);
void *dma_alloc(uint64_t count, uint64_t low, uint64_t high, uint64_t alignment, uint64_t boundary);
bool dma_free(void *address, uint64_t count);
uint64_t dma_free_count(void);

static const unsigned char *map;

static bool init(const fp_memory *memory) {
    map = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        uint64_t end = given->start + given->pages * FP_PAGE_SIZE;
        if (given->kind == FP_FREE || given->kind == FP_BOOT) dma_add(given->start, end, given->kind == FP_FREE, (uintptr_t)map);
    }
    return true;
}

/* Boot code reserves memory so: between its first address and its last. */
static void *reserve(void *address, uint64_t count) {
    uint64_t start = (uint64_t)((unsigned char *)address - map) & ~UINT64_C(0xfff);
    return dma_alloc(count, start, start + count * FP_PAGE_SIZE, 0, 0);
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"allocWithin\", \"allocAt\", \"freeRegion\", \"freeAmount\"], \"policies\": [\"first-fit\"], \"zones\": 1,"
                   " \"misuse\": \"refused\", \"failures\": [], \"memoryBelow\": \"0x10000000\"}",
        .init = init, .alloc_within = dma_alloc, .alloc_at = reserve, .free_region = dma_free, .free_amount = dma_free_count,
    });
}
