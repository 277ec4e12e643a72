/*
 * A free stack in free pages, and a bitmap searched bit by bit. See page_stack.h.
 *
 * The stack is a chain of buffers, each a free page that holds 511 others:
 *
 *      last ──► ┌──────────┐   ┌──────────┐
 *               │ previous ├──►│ previous ├──► NULL
 *     index ──► │ 3 pages  │   │ 511 pages│
 *               └──────────┘   └──────────┘
 *
 * A page freed while the last buffer is full becomes the next buffer; an empty buffer is the next page handed out. So the
 * order is last in, first out, and the stack needs no extra memory.
 */
#include "page_stack.h"
#include "spin_lock.h"

#include <errno.h>
#include <stdbool.h>

/* 4096 B / 8 B a pointer - 1 for the link = 511 */
#define BUFFER_PAGES (PMM_PAGE_SIZE / sizeof(void *) - 1)

typedef struct buffer {
    struct buffer *previous;
    void *pages[BUFFER_PAGES];
} buffer_t;

static struct {
    buffer_t *last;
    uint64_t index;
    uint64_t free;
} stack;

/* A set bit is a page frame that is not free. */
static struct {
    uint64_t *bits;
    uint64_t frames;
    uint64_t free;
} bitmap;

static uintptr_t higher_half;
static uint64_t total;
static void (*warn)(const char *call, uint64_t asked);

static void fail(const char *call, uint64_t asked) {
    errno = ENOMEM;
    if (warn != NULL) {
        warn(call, asked);
    }
}

static uint64_t frame_of(const void *address) {
    return ((uintptr_t)address - higher_half) / PMM_PAGE_SIZE;
}

static void *address_of(uint64_t frame) {
    return (void *)(higher_half + frame * PMM_PAGE_SIZE);
}

static void stack_push(void *page) {
    if (stack.last == NULL || stack.index == BUFFER_PAGES) {
        buffer_t *buffer = page;
        buffer->previous = stack.last;
        stack.last = buffer;
        stack.index = 0;
    } else {
        stack.last->pages[stack.index++] = page;
    }
    stack.free++;
}

/* Pops a page; the stack is not empty. */
static void *stack_pop(void) {
    stack.free--;
    if (stack.index > 0) {
        return stack.last->pages[--stack.index];
    }
    buffer_t *buffer = stack.last;
    stack.last = buffer->previous;
    stack.index = BUFFER_PAGES;
    return buffer;
}

static bool bitmap_is_held(uint64_t frame) {
    return (bitmap.bits[frame / 64] >> (frame % 64)) & 1;
}

static void bitmap_hold(uint64_t frame) {
    bitmap.bits[frame / 64] |= UINT64_C(1) << (frame % 64);
}

static void bitmap_free(uint64_t frame) {
    bitmap.bits[frame / 64] &= ~(UINT64_C(1) << (frame % 64));
    bitmap.free++;
}

static uint64_t round_up(uint64_t n, uint64_t multiple) {
    uint64_t rest = n % multiple;
    return rest == 0 ? n : n + (multiple - rest);
}

/* Returns the first page frame of the lowest fitting run, or UINT64_MAX. After a bit in the way, it continues behind it. */
static uint64_t bitmap_find(uint64_t count, uint64_t end, uint64_t alignment) {
    uint64_t first = 0;
    while (count <= end && first <= end - count) {
        uint64_t i = 0;
        while (i < count && !bitmap_is_held(first + i)) {
            i++;
        }
        if (i == count) {
            return first;
        }
        first = alignment == 1 ? first + i + 1 : round_up(first + i + 1, alignment);
    }
    return UINT64_MAX;
}

static void free_frame(void *page) {
    uint64_t frame = frame_of(page);
    if (frame < bitmap.frames) {
        bitmap_free(frame);
    } else {
        stack_push(page);
    }
}

void pmm_init(const pmm_config_t *config) {
    higher_half = config->higher_half;
    warn = config->warn;
    total = 0;
    stack.last = NULL;
    stack.index = 0;
    stack.free = 0;
    bitmap.bits = config->bitmap;
    bitmap.frames = config->bitmap_end / PMM_PAGE_SIZE;
    bitmap.free = 0;
    for (uint64_t word = 0; word < (bitmap.frames + 63) / 64; word++) {
        bitmap.bits[word] = UINT64_MAX;
    }
    for (size_t d = 0; d < config->descriptors; d++) {
        const pmm_descriptor_t *descriptor = &config->map[d];
        if (descriptor->type != PMM_ABSENT) {
            total += descriptor->pages;
        }
        if (descriptor->type != PMM_USABLE) {
            continue;
        }
        uint64_t base = descriptor->start / PMM_PAGE_SIZE;
        for (uint64_t i = 0; i < descriptor->pages; i++) {
            free_frame(address_of(base + i));
        }
    }
}

void *pmm_alloc(void) {
    lock_acquire();
    void *page = stack.free == 0 ? NULL : stack_pop();
    lock_release();
    if (page == NULL) {
        fail("pmm_alloc", 1);
    }
    return page;
}

uint64_t pmm_alloc_pages(void **addresses, uint64_t count) {
    lock_acquire();
    bool is_granted = count <= stack.free;
    for (uint64_t i = 0; is_granted && i < count; i++) {
        addresses[i] = stack_pop();
    }
    lock_release();
    if (!is_granted) {
        fail("pmm_alloc_pages", count);
        return PMM_ERR;
    }
    return 0;
}

void *pmm_alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    uint64_t below = max_addr / PMM_PAGE_SIZE;
    uint64_t multiple = alignment <= PMM_PAGE_SIZE ? 1 : (alignment - 1) / PMM_PAGE_SIZE + 1;
    lock_acquire();
    uint64_t end = below < bitmap.frames ? below : bitmap.frames;
    uint64_t first = count == 0 ? UINT64_MAX : bitmap_find(count, end, multiple);
    if (first != UINT64_MAX) {
        for (uint64_t i = 0; i < count; i++) {
            bitmap_hold(first + i);
        }
        bitmap.free -= count;
    }
    lock_release();
    if (first == UINT64_MAX) {
        fail("pmm_alloc_bitmap", count);
        return NULL;
    }
    return address_of(first);
}

void pmm_free(void *address) {
    lock_acquire();
    free_frame((void *)((uintptr_t)address / PMM_PAGE_SIZE * PMM_PAGE_SIZE));
    lock_release();
}

void pmm_free_pages(void **addresses, uint64_t count) {
    lock_acquire();
    for (uint64_t i = 0; i < count; i++) {
        free_frame((void *)((uintptr_t)addresses[i] / PMM_PAGE_SIZE * PMM_PAGE_SIZE));
    }
    lock_release();
}

void pmm_free_region(void *address, uint64_t count) {
    lock_acquire();
    uint64_t base = frame_of(address);
    for (uint64_t i = 0; i < count; i++) {
        free_frame(address_of(base + i));
    }
    lock_release();
}

uint64_t pmm_total_amount(void) {
    return total;
}

uint64_t pmm_free_amount(void) {
    lock_acquire();
    uint64_t free = bitmap.free + stack.free;
    lock_release();
    return free;
}

uint64_t pmm_reserved_amount(void) {
    return total - pmm_free_amount();
}

void pmm_each_live(void (*visit)(const void *start, size_t bytes)) {
    uint64_t pages = stack.index;
    for (const buffer_t *buffer = stack.last; buffer != NULL; buffer = buffer->previous) {
        visit(buffer, sizeof buffer->previous + pages * sizeof *buffer->pages);
        pages = BUFFER_PAGES;
    }
}
