/* bitmap_tree as a target of frameproof. */
#include "frameproof.h"

/* As its header declares it. */
void pmm_add(uint64_t start, uint64_t end, bool is_free, uintptr_t map);
void *pmm_alloc_below(unsigned bits);
bool pmm_free(void *address);
uint64_t pmm_free_pages(void);

static bool init(const fp_memory *memory) {
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        uint64_t end = given->start + given->pages * FP_PAGE_SIZE;
        if (given->kind <= FP_BOOT) pmm_add(given->start, end, given->kind == FP_FREE, (uintptr_t)memory->base);
    }
    return true;
}

static void *alloc(void) { return pmm_alloc_below(64); }

static void *alloc_below(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    (void)alignment;
    return count == 1 ? pmm_alloc_below(max_addr == UINT64_MAX ? 64 : (unsigned)__builtin_ctzll(max_addr)) : NULL;
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeAmount\"], \"policies\": [\"first-fit\"], \"zones\": 1,"
                   " \"largestRequest\": 1, \"runArguments\": [\"maxAddr\"], \"limits\": \"powers-of-two\","
                   " \"contents\": \"zeroed\", \"unalignedFree\": \"misuse\", \"misuse\": \"refused\", \"failures\": [], \"memoryBelow\": \"0x40000000\"}",
        .init = init, .alloc = alloc, .alloc_bitmap = alloc_below, .free = pmm_free, .free_amount = pmm_free_pages,
    });
}
