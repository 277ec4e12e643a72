/* carved_bitmap as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
struct range {
    uint64_t start, end;
};
bool pmm_init(const struct range *free_ranges, size_t count, uint64_t end, uintptr_t map, struct range *used);
void *pmm_alloc_contiguous(uint64_t count, uint64_t alignment);
void pmm_free_contiguous(void *address, uint64_t count);
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

static void *alloc(void) { return pmm_alloc_contiguous(1, FP_PAGE_SIZE); }
static void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) { (void)max_addr; return pmm_alloc_contiguous(count, alignment); }
static bool free_page(void *address) { return pmm_free_contiguous(address, 1), true; }
static bool free_run(void *address, uint64_t count) { return pmm_free_contiguous(address, count), true; }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"freeAmount\"], \"zones\": 1, \"keeps\": \"named\","
                   " \"runArguments\": [\"alignment\"], \"alignments\": \"powers-of-two\", \"unalignedFree\": \"misuse\","
                   " \"misuse\": \"undefined\", \"failures\": [], \"memoryBelow\": \"0x1000000000\"}",
        .init = init, .alloc = alloc, .alloc_bitmap = alloc_run, .free = free_page, .free_region = free_run, .free_amount = pmm_free_frames,
    });
}
