/* zones as a target of frameproof. */
#include "frameproof.h"

#ifndef DMA_END
#define DMA_END 0x1000000
#endif
#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

/* As its header declares it. */
enum zone { DMA, NORMAL };
bool pmm_add(uint64_t start, uint64_t end, bool is_free_now, uintptr_t map);
void *pmm_alloc_pages(enum zone zone, uint64_t count);
void pmm_free_pages(void *address, uint64_t count);
bool pmm_remove_region(void *address, uint64_t count);
uint64_t pmm_free_count(void);

static bool init(const fp_memory *memory) {
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        uint64_t end = given->start + given->pages * FP_PAGE_SIZE;
        if (!pmm_add(given->start, end, given->kind == FP_FREE, (uintptr_t)memory->base)) return false;
    }
    return true;
}

static void *alloc(void) { return pmm_alloc_pages(NORMAL, 1); }
static void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) { (void)alignment; return pmm_alloc_pages(max_addr == DMA_END ? DMA : NORMAL, count); }
static bool free_page(void *address) { return pmm_free_pages(address, 1), true; }
static bool free_run(void *address, uint64_t count) { return pmm_free_pages(address, count), true; }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"freeAmount\", \"addRegion\", \"removeRegion\"], \"policies\": [\"first-fit\"],"
                   " \"zones\": [{\"name\": \"low\", \"below\": \"" TEXT(DMA_END) "\"}, {\"name\": \"high\"}], \"runArguments\": [\"maxAddr\"],"
                   " \"misuse\": \"undefined\", \"failures\": [], \"memoryBelow\": \"0x40000000\"}",
        .init = init, .alloc = alloc, .alloc_bitmap = alloc_run, .free = free_page, .free_region = free_run, .free_amount = pmm_free_count,
        .add_region = free_run, .remove_region = pmm_remove_region,
    });
}
