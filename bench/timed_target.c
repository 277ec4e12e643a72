/*
 * Wraps the calls of a target, and adds up the time inside them, of all its processes, in the file that FP_TIMED names. Its sources are compiled
 * with -Dfp_serve=fp_serve_timed. A call that panics is not counted, nor are the amounts.
 */
#include "frameproof.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static fp_target inner;
static uint64_t *nanoseconds;

static uint64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

#define TIMED(type, name, parameters, passed)      \
    static type timed_##name parameters {          \
        uint64_t start = now();                    \
        type found = inner.name passed;            \
        *nanoseconds += now() - start;             \
        return found;                              \
    }

TIMED(bool, init, (const fp_memory *memory), (memory))
TIMED(void *, alloc, (void), ())
TIMED(bool, alloc_pages, (void **addresses, uint64_t count), (addresses, count))
TIMED(void *, alloc_bitmap, (uint64_t count, uint64_t end, uint64_t alignment), (count, end, alignment))
TIMED(bool, free, (void *address), (address))
TIMED(bool, free_pages, (void **addresses, uint64_t count), (addresses, count))
TIMED(bool, free_region, (void *address, uint64_t count), (address, count))

int fp_serve_timed(const fp_target *served);

int fp_serve_timed(const fp_target *served) {
    int file = open(getenv("FP_TIMED"), O_RDWR);
    void *shared = mmap(NULL, sizeof *nanoseconds, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || shared == MAP_FAILED) {
        return 70;
    }
    close(file);
    nanoseconds = shared;
    inner = *served;
    fp_target timed = inner;
    timed.init = timed_init;
    timed.alloc = inner.alloc == NULL ? NULL : timed_alloc;
    timed.alloc_pages = inner.alloc_pages == NULL ? NULL : timed_alloc_pages;
    timed.alloc_bitmap = inner.alloc_bitmap == NULL ? NULL : timed_alloc_bitmap;
    timed.free = inner.free == NULL ? NULL : timed_free;
    timed.free_pages = inner.free_pages == NULL ? NULL : timed_free_pages;
    timed.free_region = inner.free_region == NULL ? NULL : timed_free_region;
    return fp_serve(&timed);
}
