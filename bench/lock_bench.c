/*
 * Locks in C, to compare ours with: page_stack.c behind no lock, an atomic_flag or a pthread_mutex (LOCK 0, 1, 2). Takes THREADS MS TIMED;
 * each thread allocates 64 pages and frees them, turn after turn. Prints, in one line, the pages of all threads, their CPU nanoseconds, the
 * pages of the thread that had fewest, and, if calls are timed, the nanoseconds of the longest call.
 */
#define _GNU_SOURCE
#define SPIN_LOCK_H
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static atomic_flag flag = ATOMIC_FLAG_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_acquire(void) {
    if (LOCK == 1) {
        while (atomic_flag_test_and_set_explicit(&flag, memory_order_acquire)) {
        }
    } else if (LOCK == 2) {
        pthread_mutex_lock(&mutex);
    }
}

static void lock_release(void) {
    if (LOCK == 1) {
        atomic_flag_clear_explicit(&flag, memory_order_release);
    } else if (LOCK == 2) {
        pthread_mutex_unlock(&mutex);
    }
}

#include "page_stack.c"

#define PAGES 64
#define FRAMES 0x40000
#define MOST_THREADS 64

typedef struct {
    pthread_t thread;
    uint64_t pages, cpu, longest;
} contender;

static bool is_timed;
static atomic_int state;

static uint64_t now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *timed_alloc(contender *by) {
    uint64_t start = now(CLOCK_MONOTONIC);
    void *page = pmm_alloc();
    uint64_t took = now(CLOCK_MONOTONIC) - start;
    by->longest = took > by->longest ? took : by->longest;
    return page;
}

static void *contend(void *given) {
    contender *by = given;
    void *held[PAGES];
    while (atomic_load(&state) == 0) {
        sched_yield();
    }
    uint64_t start = now(CLOCK_THREAD_CPUTIME_ID);
    while (atomic_load_explicit(&state, memory_order_relaxed) == 1) {
        for (int i = 0; i < PAGES; i++) {
            held[i] = is_timed ? timed_alloc(by) : pmm_alloc();
        }
        for (int i = 0; i < PAGES; i++) {
            pmm_free(held[i]);
        }
        by->pages += 2 * PAGES;
    }
    by->cpu = now(CLOCK_THREAD_CPUTIME_ID) - start;
    return NULL;
}

int main(int count, char **words) {
    if (count != 4) {
        return 64;
    }
    int threads = atoi(words[1]), ms = atoi(words[2]);
    is_timed = atoi(words[3]) != 0;
    size_t bytes = (size_t)FRAMES * PMM_PAGE_SIZE;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || threads < 1 || threads > MOST_THREADS) {
        return 1;
    }
    pmm_descriptor_t map[] = {{PMM_USABLE, 0, FRAMES}};
    static uint64_t no_bits[1];
    pmm_init(&(pmm_config_t){map, 1, (uintptr_t)memory, 0, no_bits, NULL});
    static contender all[MOST_THREADS];
    for (int k = 0; k < threads; k++) {
        pthread_create(&all[k].thread, NULL, contend, &all[k]);
    }
    atomic_store(&state, 1);
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
    atomic_store(&state, 2);
    contender sum = {.pages = 0};
    uint64_t fewest = UINT64_MAX;
    for (int k = 0; k < threads; k++) {
        pthread_join(all[k].thread, NULL);
        sum.pages += all[k].pages;
        sum.cpu += all[k].cpu;
        sum.longest = all[k].longest > sum.longest ? all[k].longest : sum.longest;
        fewest = all[k].pages < fewest ? all[k].pages : fewest;
    }
    printf("%llu %llu %llu %llu\n", (unsigned long long)sum.pages, (unsigned long long)sum.cpu, (unsigned long long)fewest,
           (unsigned long long)sum.longest);
    return 0;
}
