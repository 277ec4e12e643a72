/*
 * A small allocator with one defect, built with -DDEFECT=NAME; with NONE it is correct. The stack zone is a chain of buffers in free
 * pages, as in page_stack but with room for three pages each, so that short programs fill one; the bitmap zone is searched page by
 * page. It knows the owner of each page frame, and panics on misuse.
 */
#include "frameproof.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NONE,
    BOUNDARY,      /* a run that ends exactly at the limit is not found */
    ROUNDED_LIMIT, /* the limit is rounded up */
    TRUNCATED,     /* a count is cut to 32 bits */
    WRAPPED,       /* the end of a region wraps */
    ALIGNMENT,     /* the largest alignment rounds up to none */
    LOST_BUFFER,   /* the page of an empty buffer is lost */
    DOUBLE_FREE,   /* a page that is free is taken back */
    STRADDLING,    /* a region that straddles the zones goes to that of its first page */
    BATCH,         /* a batch that is refused keeps what it has taken */
    DRIFT,         /* a run counts as one page */
    LAST_WORD,     /* the last, partial word of the zone is not searched */
    NEIGHBOUR,     /* a link is written behind a freed page, which a caller owns */
    OVERREAD,      /* the owner of a page frame beyond the last one is read; a sanitizer sees it */
    UNDEFINED,     /* an int overflows, which changes nothing; a sanitizer sees it */
    FRAGMENTED,    /* the search goes on too far behind what is in its way */
};

#define IS(name) (DEFECT == (name))
#define CAPACITY 3
#define WORD 8 /* page frames in a word of the zone, fewer than in a real one */

/* The condition of a page frame, in the order of fp_owner. */
enum { ABSENT = FP_OWNER_ABSENT, FIRMWARE = FP_OWNER_FIRMWARE, BOOT = FP_OWNER_BOOT, FREE = FP_OWNER_PMM, CALLER = FP_OWNER_CALLER };

/* Lies at the start of a free page. */
typedef struct buffer {
    struct buffer *previous;
    uint64_t used;
    uint64_t frames[CAPACITY];
} buffer;

static unsigned char *base, *owner;
static uint64_t frames, limit, total, available, in_stack;
static buffer *last;

static void *address_of(uint64_t frame) {
    return base + frame * FP_PAGE_SIZE;
}

static void push(uint64_t frame) {
    if (last == NULL || last->used == CAPACITY) {
        buffer *made = address_of(frame);
        *made = (buffer){.previous = last};
        last = made;
    } else {
        last->frames[last->used++] = frame;
    }
    in_stack++;
}

/* Pops a page frame; there is one. */
static uint64_t pop(void) {
    in_stack--;
    if (last->used > 0) {
        return last->frames[--last->used];
    }
    buffer *emptied = last;
    last = emptied->previous;
    if (IS(LOST_BUFFER) && in_stack > 0) {
        in_stack--;
        return last->frames[--last->used];
    }
    return (uint64_t)((unsigned char *)emptied - base) / FP_PAGE_SIZE;
}

static void give(uint64_t frame, bool is_stack) {
    owner[frame] = FREE;
    available++;
    if (is_stack) {
        push(frame);
    }
    if (IS(NEIGHBOUR) && frame + 1 < frames && owner[frame + 1] == CALLER) {
        *(uint64_t *)address_of(frame + 1) = frame;
    }
}

static uint64_t take(uint64_t frame) {
    owner[frame] = CALLER;
    return frame;
}

static bool init(const fp_memory *memory) {
    static const unsigned char OWNERS[] = {[FP_FREE] = FREE, [FP_BOOT] = BOOT, [FP_FIRMWARE] = FIRMWARE, [FP_ABSENT] = ABSENT};
    base = memory->base;
    limit = memory->bitmap_end / FP_PAGE_SIZE;
    for (size_t d = 0; d < memory->count; d++) {
        uint64_t end = memory->descriptors[d].start / FP_PAGE_SIZE + memory->descriptors[d].pages;
        frames = end > frames ? end : frames;
    }
    owner = malloc(frames + 1);
    if (owner == NULL) {
        return false;
    }
    memset(owner, ABSENT, frames + 1);
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        uint64_t first = given->start / FP_PAGE_SIZE;
        total += given->kind == FP_ABSENT ? 0 : given->pages;
        memset(owner + first, OWNERS[given->kind], given->pages);
    }
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *given = &memory->descriptors[d];
        uint64_t first = given->start / FP_PAGE_SIZE;
        for (uint64_t i = 0; given->kind == FP_FREE && i < given->pages; i++) {
            give(first + i, first + i >= limit);
        }
    }
    return true;
}

static void *fail(const char *call, uint64_t asked) {
    char text[64];
    snprintf(text, sizeof text, "%s: %llu page frames are not to be had", call, (unsigned long long)asked);
    fp_warn(text);
    errno = ENOMEM;
    return NULL;
}

static void *alloc(void) {
    if (in_stack == 0) {
        return fail("alloc", 1);
    }
    available--;
    return address_of(take(pop()));
}

static bool alloc_pages(void **addresses, uint64_t count) {
    if (IS(BATCH) && count > in_stack && in_stack > 1) {
        take(pop());
        available--;
    }
    if (count > in_stack) {
        return fail("allocPages", count) != NULL;
    }
    for (uint64_t i = 0; i < count; i++) {
        addresses[i] = address_of(take(pop()));
    }
    available -= count;
    return true;
}

static uint64_t round_up(uint64_t n, uint64_t multiple) {
    uint64_t rest = n % multiple;
    return rest == 0 ? n : n + (multiple - rest);
}

/* Returns the lowest fitting run, or UINT64_MAX. */
static uint64_t find(uint64_t count, uint64_t end, uint64_t multiple) {
    for (uint64_t first = 0; count <= end && first <= end - count;) {
        uint64_t i = 0;
        while (i < count && owner[first + i] == FREE) {
            i++;
        }
        if (i == count) {
            return first;
        }
        first = round_up(first + (IS(FRAGMENTED) ? count : i + 1), multiple);
    }
    return UINT64_MAX;
}

static void *alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    uint64_t zone = limit < frames ? limit : frames;
    uint64_t below = max_addr / FP_PAGE_SIZE + (IS(ROUNDED_LIMIT) && max_addr % FP_PAGE_SIZE != 0);
    uint64_t end = below < zone ? below : zone;
    uint64_t multiple = alignment <= FP_PAGE_SIZE ? 1 : (alignment - 1) / FP_PAGE_SIZE + 1;
    if (IS(ALIGNMENT)) {
        multiple = (alignment + (FP_PAGE_SIZE - 1)) / FP_PAGE_SIZE;
        multiple = multiple == 0 ? 1 : multiple;
    }
    if (IS(UNDEFINED)) {
        volatile int most = INT_MAX;
        most = most + 1;
    }
    if (IS(TRUNCATED)) {
        count = (uint32_t)count;
    }
    if (IS(BOUNDARY) && end > 0) {
        end--;
    }
    if (IS(LAST_WORD)) {
        end = end / WORD * WORD;
    }
    uint64_t first = count == 0 ? UINT64_MAX : find(count, end, multiple);
    if (first == UINT64_MAX) {
        return fail("allocBitmap", count);
    }
    for (uint64_t i = 0; i < count; i++) {
        take(first + i);
    }
    available -= IS(DRIFT) ? 1 : count;
    return address_of(first);
}

static uint64_t frame_of(void *address) {
    uintptr_t offset = (uintptr_t)address - (uintptr_t)base;
    if ((uintptr_t)address < (uintptr_t)base || (uint64_t)offset >> 52 != 0) {
        fp_panic(FP_NO_FRAME, FP_OWNER_NONE, "the address is none of the higher half");
    }
    return (uint64_t)offset / FP_PAGE_SIZE;
}

/* Panics unless the page frame may be freed. */
static void check(uint64_t frame) {
    unsigned found = frame < frames || IS(OVERREAD) ? owner[frame] : ABSENT;
    if (found != CALLER && found != BOOT && !(IS(DOUBLE_FREE) && found == FREE)) {
        fp_panic(frame, (fp_owner)found, "a page frame may not be freed");
    }
}

static bool free_region(void *address, uint64_t count) {
    if (count == 0) {
        return true;
    }
    uint64_t first = frame_of(address), end = first + count;
    if (!IS(WRAPPED) && end < first) {
        end = UINT64_MAX;
    }
    for (uint64_t frame = first; frame < end; frame++) {
        check(frame);
    }
    for (uint64_t frame = first; frame < end; frame++) {
        give(frame, (IS(STRADDLING) ? first : frame) >= limit);
    }
    return true;
}

static bool free_one(void *address) {
    return free_region(address, 1);
}

static bool free_pages(void **addresses, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t frame = frame_of(addresses[i]);
        check(frame);
        for (uint64_t j = 0; j < i; j++) {
            if (frame_of(addresses[j]) == frame) {
                fp_panic(frame, (fp_owner)owner[frame], "a page frame is named twice");
            }
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t frame = frame_of(addresses[i]);
        give(frame, frame >= limit);
    }
    return true;
}

static uint64_t total_amount(void) {
    return total;
}

static uint64_t free_amount(void) {
    return available;
}

static uint64_t reserved_amount(void) {
    return total - available;
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"policies\": [\"lifo\", \"first-fit\"], \"memoryBelow\": \"0x2000000000\"}",
        .init = init,
        .alloc = alloc,
        .alloc_pages = alloc_pages,
        .alloc_bitmap = alloc_bitmap,
        .free = free_one,
        .free_pages = free_pages,
        .free_region = free_region,
        .total_amount = total_amount,
        .free_amount = free_amount,
        .reserved_amount = reserved_amount,
    });
}
