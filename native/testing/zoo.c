/*
 * Allocators that misbehave in the middle of a program. The executable is linked to from `segv`, `abort` and so on, and does what
 * its name says when freeRegion is called; `scribble`, `clear` and `dial` do when alloc is, and
 * `trust` takes it for granted that RAM holds zeros at first, `stale` believes a table of states and orders that it finds there, and `bit` a bit behind its
 * bitmap that is 0.
 */
#include "../frameproof.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *behaviour;
static unsigned char *base;
static uint64_t first, left, total;

/* Whether RAM holds an entry that says: a free block of one page. */
static bool finds_block(const unsigned char *table) {
    for (size_t entry = 0; entry < 64; entry++) {
        if (table[2 * entry] == 3 && table[2 * entry + 1] == 0) {
            return true;
        }
    }
    return false;
}

static bool init(const fp_memory *memory) {
    base = memory->base;
    for (size_t d = 0; d < memory->count; d++) {
        if (memory->descriptors[d].kind == FP_FREE) {
            first = memory->descriptors[d].start / FP_PAGE_SIZE;
            left = total = memory->descriptors[d].pages;
        }
    }
    if (strcmp(behaviour, "trust") == 0 && *(uint64_t *)(base + first * FP_PAGE_SIZE) != 0) {
        left = 0;
    }
    if (strcmp(behaviour, "stale") == 0 && finds_block(base + (first + 1) * FP_PAGE_SIZE)) {
        left++;
    }
    for (uint64_t i = 0; strcmp(behaviour, "bit") == 0 && i < total; i++) {
        left += (base[(first + i) * FP_PAGE_SIZE] & 1) == 0;
    }
    return true;
}

static void *allocate(void) {
    if (left == 0) {
        errno = ENOMEM;
        return NULL;
    }
    left--;
    if (strcmp(behaviour, "clear") == 0) {
        errno = 0;
    } else if (strcmp(behaviour, "dial") == 0) {
        errno = EIO;
    }
    unsigned char *page = base + (first + left) * FP_PAGE_SIZE;
    if (strcmp(behaviour, "scribble") == 0 && left + 2 <= total) {
        page[FP_PAGE_SIZE] = 1; /* the page frame handed out before */
    }
    return page;
}

static void eat(void) {
    for (;;) {
        char *bytes = malloc(1 << 20);
        if (bytes != NULL) {
            memset(bytes, 1, 1 << 20);
        }
    }
}

static void misbehave(void) {
    if (strcmp(behaviour, "segv") == 0) {
        *(volatile char *)(base - 1) = 0;
    } else if (strcmp(behaviour, "abort") == 0) {
        abort();
    } else if (strcmp(behaviour, "assert") == 0) {
        assert(left > total);
    } else if (strcmp(behaviour, "say") == 0) {
        fp_abort("the free list is corrupt\nat its head");
    } else if (strcmp(behaviour, "exit") == 0) {
        exit(0);
    } else if (strcmp(behaviour, "loop") == 0) {
        for (volatile int on = 1; on;) {
        }
    } else if (strcmp(behaviour, "eat") == 0) {
        eat();
    } else if (strcmp(behaviour, "flood") == 0) {
        for (;;) {
            fp_warn("freeRegion: again and again");
        }
    } else if (strcmp(behaviour, "fork") == 0) {
        if (fork() == 0) {
            setsid();
            for (;;) {
                pause();
            }
        }
        raise(SIGSEGV);
    } else if (strcmp(behaviour, "print") == 0) {
        printf("what an allocator prints is not taken for an answer\n");
        fflush(stdout);
    }
}

/* Writes down what it takes, until nothing is left, as a batch that is rolled back does. */
static bool allocate_pages(void **addresses, uint64_t count) {
    uint64_t got = 0;
    while (got < count && left > 0) {
        addresses[got++] = allocate();
    }
    if (got == count) {
        return true;
    }
    left += got;
    errno = ENOMEM;
    return false;
}

static bool free_region(void *address, uint64_t count) {
    (void)address;
    misbehave();
    left += count;
    return true;
}

static uint64_t free_amount(void) {
    return left;
}

static uint64_t total_amount(void) {
    return total;
}

int main(int argc, char **argv) {
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    behaviour = slash == NULL ? "" : slash + 1;
    return fp_serve(&(fp_target){
        .profile = "{\"calls\": [\"alloc\", \"allocPages\", \"freeRegion\", \"totalAmount\", \"freeAmount\"], \"failures\": [\"errno\"],"
                   " \"misuse\": \"undefined\", \"restOfBatch\": \"unspecified\"}",
        .init = init,
        .alloc = allocate,
        .alloc_pages = allocate_pages,
        .free_region = free_region,
        .total_amount = total_amount,
        .free_amount = free_amount,
    });
}
