/*
 * next_fit: all of memory in one bitmap, and a hint where the next search starts.
 *
 *      managed  1 1 1 1 0 0 1 1 1 1 1 1      RAM that can be handed out or handed over
 *      taken    1 1 0 1 . . 0 0 1 1 0 0      the part of it that is not free
 *                         hint ─► ^
 *
 * A search goes from the hint to the end, then once more from the start. Misuse is refused: the call returns false and does
 * nothing. There are no batches, failures are reported only by their values, and no page is written to.
 */
#include "../frameproof.h"
#include "spin_lock.h"

#include <stdlib.h>

#define WORD 64u

static uint64_t *managed, *taken;
static uint64_t frames, hint, total, available;
static unsigned char *base;

static bool is_set(const uint64_t *bits, uint64_t frame) {
    return (bits[frame / WORD] >> (frame % WORD)) & 1;
}

static void set(uint64_t *bits, uint64_t frame) {
    bits[frame / WORD] |= UINT64_C(1) << (frame % WORD);
}

static void clear(uint64_t *bits, uint64_t frame) {
    bits[frame / WORD] &= ~(UINT64_C(1) << (frame % WORD));
}

static bool is_free(uint64_t frame) {
    return is_set(managed, frame) && !is_set(taken, frame);
}

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *descriptor = &memory->descriptors[d];
        uint64_t end = descriptor->start / FP_PAGE_SIZE + descriptor->pages;
        frames = descriptor->kind != FP_ABSENT && end > frames ? end : frames;
    }
    managed = calloc(frames / WORD + 1, sizeof *managed);
    taken = calloc(frames / WORD + 1, sizeof *taken);
    if (managed == NULL || taken == NULL) {
        return false;
    }
    for (size_t d = 0; d < memory->count; d++) {
        const fp_descriptor *descriptor = &memory->descriptors[d];
        uint64_t first = descriptor->start / FP_PAGE_SIZE;
        if (descriptor->kind != FP_ABSENT) {
            total += descriptor->pages;
        }
        for (uint64_t i = 0; i < descriptor->pages && descriptor->kind <= FP_BOOT; i++) {
            set(managed, first + i);
            if (descriptor->kind == FP_BOOT) {
                set(taken, first + i);
            } else {
                available++;
            }
        }
    }
    return true;
}

static uint64_t round_up(uint64_t frame, uint64_t multiple) {
    uint64_t rest = frame % multiple;
    return rest == 0 ? frame : frame + (multiple - rest);
}

/* Returns the first fitting run from `from` on, or UINT64_MAX. Skips words in which nothing is free. */
static uint64_t find(uint64_t from, uint64_t count, uint64_t end, uint64_t multiple) {
    uint64_t first = round_up(from, multiple);
    while (count <= end && first <= end - count) {
        uint64_t i = 0;
        while (i < count && is_free(first + i)) {
            i++;
        }
        if (i == count) {
            return first;
        }
        uint64_t next = first + i + 1;
        while (next % WORD == 0 && next < end && (managed[next / WORD] & ~taken[next / WORD]) == 0) {
            next += WORD;
        }
        first = round_up(next, multiple);
    }
    return UINT64_MAX;
}

static void *take(uint64_t count, uint64_t end, uint64_t multiple) {
    if (count == 0 || count > available) {
        return NULL;
    }
    uint64_t first = find(hint, count, end, multiple);
    first = first == UINT64_MAX ? find(0, count, end, multiple) : first;
    if (first == UINT64_MAX) {
        return NULL;
    }
    for (uint64_t i = 0; i < count; i++) {
        set(taken, first + i);
    }
    available -= count;
    hint = first + count < frames ? first + count : 0;
    return base + first * FP_PAGE_SIZE;
}

static void *alloc(void) {
    lock_acquire();
    void *page = take(1, frames, 1);
    lock_release();
    return page;
}

static void *alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    uint64_t below = max_addr / FP_PAGE_SIZE;
    uint64_t multiple = alignment <= FP_PAGE_SIZE ? 1 : (alignment - 1) / FP_PAGE_SIZE + 1;
    lock_acquire();
    void *page = take(count, below < frames ? below : frames, multiple);
    lock_release();
    return page;
}

static bool give_back(void *address, uint64_t count) {
    uint64_t offset = (uint64_t)((uintptr_t)address - (uintptr_t)base);
    uint64_t first = offset / FP_PAGE_SIZE;
    if (count == 0) {
        return true;
    }
    if ((uintptr_t)address < (uintptr_t)base || first >= frames || count > frames - first) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!is_set(managed, first + i) || !is_set(taken, first + i)) {
            return false;
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        clear(taken, first + i);
    }
    available += count;
    return true;
}

static bool free_region(void *address, uint64_t count) {
    lock_acquire();
    bool is_freed = give_back(address, count);
    lock_release();
    return is_freed;
}

static bool free_one(void *address) {
    return free_region(address, 1);
}

static uint64_t total_amount(void) {
    return total;
}

static uint64_t free_amount(void) {
    lock_acquire();
    uint64_t amount = available;
    lock_release();
    return amount;
}

static uint64_t reserved_amount(void) {
    return total - free_amount();
}

int main(void) {
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocBitmap\", \"free\", \"freeRegion\", \"totalAmount\", \"freeAmount\","
                   " \"reservedAmount\"], \"zones\": 1, \"misuse\": \"refused\", \"failures\": [],"
                   " \"memoryBelow\": \"0x400000000\"}",
        .init = init,
        .alloc = alloc,
        .alloc_bitmap = alloc_bitmap,
        .free = free_one,
        .free_region = free_region,
        .total_amount = total_amount,
        .free_amount = free_amount,
        .reserved_amount = reserved_amount,
    });
}
