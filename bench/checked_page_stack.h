/*
 * page_stack, but it does not trust its callers: a bit for each page frame says whether a caller holds it, and each free is checked by
 * its range and that bit, batches and regions as a whole before anything is freed. This is what ours does, so limits are against this.
 */
static uint64_t *held;
static uint64_t held_end;

/* The bits [from, to) of a word. */
static uint64_t mask_of(uint64_t from, uint64_t to) {
    return (to == 64 ? UINT64_MAX : (UINT64_C(1) << to) - 1) & (UINT64_MAX << from);
}

static void held_set(uint64_t frame, uint64_t count, bool is_held) {
    for (uint64_t at = frame, end = frame + count; at < end;) {
        uint64_t from = at % 64, to = end - at < 64 - from ? from + (end - at) : 64;
        uint64_t mask = mask_of(from, to);
        held[at / 64] = is_held ? held[at / 64] | mask : held[at / 64] & ~mask;
        at += to - from;
    }
}

static bool is_held(uint64_t frame, uint64_t count) {
    if (frame >= held_end || count > held_end - frame) {
        return false;
    }
    for (uint64_t at = frame, end = frame + count; at < end;) {
        uint64_t from = at % 64, to = end - at < 64 - from ? from + (end - at) : 64;
        uint64_t mask = mask_of(from, to);
        if ((held[at / 64] & mask) != mask) {
            return false;
        }
        at += to - from;
    }
    return true;
}

static inline uint64_t frame_at(const void *address) {
    return ((uintptr_t)address - memory) / PMM_PAGE_SIZE;
}

static inline bool is_one_held(uint64_t frame) {
    return frame < held_end && (held[frame / 64] >> (frame % 64) & 1) != 0;
}

static inline void set_one(uint64_t frame) {
    held[frame / 64] |= UINT64_C(1) << (frame % 64);
}

static inline void clear_one(uint64_t frame) {
    held[frame / 64] &= ~(UINT64_C(1) << (frame % 64));
}

static void misuse(void) {
    fputs("page_stack_bench: a free that must be refused\n", stderr);
    exit(1);
}

static void checked_init(const pmm_config_t *config) {
    static uint64_t capacity;
    held_end = 0;
    for (size_t d = 0; d < config->descriptors; d++) {
        uint64_t end = config->map[d].start / PMM_PAGE_SIZE + config->map[d].pages;
        held_end = end > held_end ? end : held_end;
    }
    if (held_end > capacity) {
        free(held);
        held = checked(calloc(held_end / 64 + 1, sizeof *held));
        capacity = held_end;
    } else {
        memset(held, 0, (held_end / 64 + 1) * sizeof *held);
    }
    pmm_init(config);
    for (size_t d = 0; d < config->descriptors; d++) {
        if (config->map[d].type == PMM_LOADER) {
            held_set(config->map[d].start / PMM_PAGE_SIZE, config->map[d].pages, true);
        }
    }
}

static void *checked_alloc(void) {
    void *page = pmm_alloc();
    if (page != NULL) {
        set_one(frame_at(page));
    }
    return page;
}

static void checked_free(void *page) {
    uint64_t frame = frame_at(page);
    if (!is_one_held(frame)) {
        misuse();
    }
    clear_one(frame);
    pmm_free(page);
}

static void checked_alloc_pages(void **given, uint64_t count) {
    if (pmm_alloc_pages(given, count) == 0) {
        for (uint64_t i = 0; i < count; i++) {
            set_one(frame_at(given[i]));
        }
    }
}

/* Clears bits as it goes, so that a page frame named twice is noticed. */
static void checked_free_pages(void **given, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t frame = frame_at(given[i]);
        if (!is_one_held(frame)) {
            misuse();
        }
        clear_one(frame);
    }
    pmm_free_pages(given, count);
}

static void *checked_alloc_bitmap(uint64_t count, uint64_t max_addr, uint64_t alignment) {
    void *run = pmm_alloc_bitmap(count, max_addr, alignment);
    if (run != NULL) {
        held_set(frame_at(run), count, true);
    }
    return run;
}

static void checked_free_region(void *address, uint64_t count) {
    uint64_t frame = frame_at(address);
    if (!is_held(frame, count)) {
        misuse();
    }
    held_set(frame, count, false);
    pmm_free_region(address, count);
}

#define pmm_init checked_init
#define pmm_alloc checked_alloc
#define pmm_free checked_free
#define pmm_alloc_pages checked_alloc_pages
#define pmm_free_pages checked_free_pages
#define pmm_alloc_bitmap checked_alloc_bitmap
#define pmm_free_region checked_free_region
