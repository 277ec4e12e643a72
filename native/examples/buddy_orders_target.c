/* buddy_orders as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
struct range {
    uint64_t start, end;
};
bool pmm_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used);
void *pmm_alloc(unsigned order);
void pmm_free(void *address, unsigned order);
uint64_t pmm_free_frames(void);

static bool init(const fp_memory *memory) {
    static struct range free_ranges[1024];
    uint64_t count = 0, end = 0;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        struct range range = {given->start, given->start + given->pages * FP_PAGE_SIZE};
        if (given->kind == FP_FREE) free_ranges[count++] = range;
        if (given->kind <= FP_BOOT && range.end > end) end = range.end;
    }
    struct range used;
    if (!pmm_init(free_ranges, count, end, (uintptr_t)memory->base, &used)) return false;
    fp_keep(used.start, (used.end - used.start) / FP_PAGE_SIZE);
    return true;
}

static void *alloc(void) { return pmm_alloc(0); }
static void *alloc_order(uint64_t order) { return pmm_alloc((unsigned)order); }
static bool free_page(void *address) { return pmm_free(address, 0), true; }
static bool free_order(void *address, uint64_t order) { return pmm_free(address, (unsigned)order), true; }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"freeAmount\"], \"zones\": 1, \"keeps\": \"named\","
                   " \"contiguous\": \"orders\", \"largestRequest\": 1024,"
                   " \"unalignedFree\": \"misuse\", \"misuse\": \"undefined\", \"failures\": [], \"memoryBelow\": \"0x1000000000\"}",
        .init = init, .alloc = alloc, .alloc_order = alloc_order, .free = free_page, .free_order = free_order, .free_amount = pmm_free_frames,
    });
}
