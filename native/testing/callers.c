/*
 * callers: an allocator with one lock and many calls, for several callers: a byte for each page counts its references. With -DBROKEN=1
 * a release looks at the count before it takes the lock, with 2 a region is looked at before, with 3 a batch.
 */
#include "../frameproof.h"
#include <pthread.h>

#ifndef BROKEN
#define BROKEN 0
#endif
#define PAGES 65536u
#define ABSENT 0xffu

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char refs[PAGES];
static uint64_t available;
static unsigned char *base;

static void lock(void) { fp_yield(); pthread_mutex_lock(&mutex); }
static void unlock(void) { pthread_mutex_unlock(&mutex); fp_yield(); }

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (unsigned i = 0; i < PAGES; i++) refs[i] = ABSENT;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        for (uint64_t p = given->start / FP_PAGE_SIZE; p < given->start / FP_PAGE_SIZE + given->pages; p++) {
            refs[p] = given->kind == FP_FREE ? 0 : given->kind == FP_BOOT ? 1 : ABSENT;
            available += given->kind == FP_FREE;
        }
    }
    return true;
}

static uint64_t page_of(const void *address) { return (uint64_t)((const unsigned char *)address - base) / FP_PAGE_SIZE; }

static bool are(uint64_t first, uint64_t count, unsigned char wanted) {
    if (count > PAGES || first > PAGES - count) return false;
    for (uint64_t p = first; p < first + count; p++) {
        if (refs[p] != wanted) return false;
    }
    return true;
}

static void *take(uint64_t first, uint64_t count, unsigned char now) {
    for (uint64_t p = first; p < first + count; p++) refs[p] = now;
    available -= count;
    return base + first * FP_PAGE_SIZE;
}

/* The lowest run that fits. */
static void *alloc_within(uint64_t count, uint64_t min, uint64_t max, uint64_t alignment, uint64_t boundary) {
    uint64_t multiple = alignment > FP_PAGE_SIZE ? (alignment - 1) / FP_PAGE_SIZE + 1 : 1, part = boundary / FP_PAGE_SIZE;
    void *found = NULL;
    lock();
    for (uint64_t p = min / FP_PAGE_SIZE + (min % FP_PAGE_SIZE != 0); count > 0 && found == NULL && count <= PAGES && p + count <= max / FP_PAGE_SIZE && p < PAGES; p++) {
        if (p % multiple == 0 && (part == 0 || p / part == (p + count - 1) / part) && are(p, count, 0)) found = take(p, count, 1);
    }
    unlock();
    return found;
}

static void *alloc(void) { return alloc_within(1, 0, UINT64_MAX, 0, 0); }

static uint64_t alloc_some(void **addresses, uint64_t count) {
    uint64_t got = 0;
    if (BROKEN != 3) lock();
    for (uint64_t p = 0; p < PAGES && got < count; p++) {
        if (refs[p] == 0) {
            if (BROKEN == 3) fp_yield();
            addresses[got++] = take(p, 1, 1);
        }
    }
    if (BROKEN != 3) unlock();
    return got;
}

static void *alloc_at(void *address, uint64_t count) {
    uint64_t first = page_of(address);
    bool seen = BROKEN == 2 && are(first, count, 0);
    lock();
    void *found = count > 0 && (seen || are(first, count, 0)) ? take(first, count, 1) : NULL;
    unlock();
    return found;
}

static bool retain(void *address) {
    lock();
    bool is_retained = refs[page_of(address)] < 100;
    refs[page_of(address)] += is_retained;
    unlock();
    return is_retained;
}

static bool release(void *address) {
    bool was_last = refs[page_of(address)] == 1;
    lock();
    if (BROKEN != 1) was_last = refs[page_of(address)] == 1;
    refs[page_of(address)]--;
    available += was_last;
    unlock();
    return true;
}

static bool add_region(void *address, uint64_t count) {
    lock();
    take(page_of(address), count, 0);
    available += 2 * count;
    unlock();
    return true;
}

static bool remove_region(void *address, uint64_t count) {
    uint64_t first = page_of(address);
    lock();
    bool is_removed = count == 0 || are(first, count, 0);
    if (is_removed) take(first, count, ABSENT);
    unlock();
    return is_removed;
}

static uint64_t free_amount(void) {
    lock();
    uint64_t amount = available;
    unlock();
    return amount;
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocPages\", \"freeAmount\", \"retain\", \"release\", \"allocAt\", \"allocWithin\", \"addRegion\", \"removeRegion\"],"
                   " \"batches\": \"partial\", \"zones\": 1, \"misuse\": \"undefined\", \"mostReferences\": 100, \"failures\": [],"
                   " \"alignments\": \"powers-of-two\", \"memoryBelow\": \"0x10000000\"}",
        .init = init, .alloc = alloc, .alloc_some = alloc_some, .free_amount = free_amount, .retain = retain, .release = release,
        .alloc_at = alloc_at, .alloc_within = alloc_within, .add_region = add_region, .remove_region = remove_region,
    });
}
