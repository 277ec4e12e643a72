/* Runs of one bitmap, in a kernel that stops where there is none, and at a double free: fp_refuse. DEFECT: the search reads past the end. */
#include "frameproof.h"

#include "../examples/spin_lock.h"

#define MOST 4096

static unsigned char *base, used[2 * MOST];
static uint64_t end;

static _Noreturn void stop(void) {
    lock_release();
    fp_refuse();
}

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++)
        if (memory->descriptors[d].kind <= FP_BOOT && memory->descriptors[d].start / FP_PAGE_SIZE + memory->descriptors[d].pages > end)
            end = memory->descriptors[d].start / FP_PAGE_SIZE + memory->descriptors[d].pages;
    if (end > MOST)
        fp_refuse();
#ifndef DEFECT
    for (uint64_t i = 0; i < sizeof used; i++)
        used[i] = 1;
#else
    for (uint64_t i = 0; i < end; i++)
        used[i] = 1;
#endif
    for (size_t d = 0; d < memory->count; d++)
        for (uint64_t i = 0; i < memory->descriptors[d].pages && memory->descriptors[d].kind == FP_FREE; i++)
            used[memory->descriptors[d].start / FP_PAGE_SIZE + i] = 0;
    return true;
}

static void *alloc_run(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    (void)max_addr, (void)alignment;
    lock_acquire();
    for (uint64_t first = 0; count > 0 && count <= MOST && first < end; first++) {
        uint64_t found = 0;
        while (found < count && used[first + found] == 0)
            found++;
        for (uint64_t i = 0; found == count && i < count; i++)
            used[first + i] = 1;
        if (found == count) {
            lock_release();
            return base + first * FP_PAGE_SIZE;
        }
    }
    stop();
}

static bool free_page(void *page) {
    uint64_t at = (uint64_t)((unsigned char *)page - base) / FP_PAGE_SIZE;
    lock_acquire();
    if (used[at] == 0)
        stop();
    used[at] = 0;
    lock_release();
    return true;
}

static void *alloc(void) { return alloc_run(1, 0, 0); }

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\"], \"zones\": 1, \"runArguments\": [], \"failures\": [\"errno\"],"
                   " \"misuse\": \"refused\", \"uncaught\": [\"foreign\", \"argument\"], \"memoryBelow\": \"0x1000000\"}",
        .init = init, .alloc = alloc, .alloc_bitmap = alloc_run, .free = free_page,
    });
}
