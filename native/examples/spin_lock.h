/*
 * spin_lock: one lock for all calls of an allocator. Where frameproof.h was included before, it names the places at which a caller
 * may be made to wait, so that `frameproof check --concurrent` tries what others do meanwhile.
 */
#ifndef SPIN_LOCK_H
#define SPIN_LOCK_H

#include <stdatomic.h>

#ifdef FRAMEPROOF_H
#define MAY_WAIT() fp_yield()
#else
#define MAY_WAIT() ((void)0)
#endif

static atomic_flag lock = ATOMIC_FLAG_INIT;

static void lock_acquire(void) {
    MAY_WAIT();
    while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) {
        MAY_WAIT();
    }
    MAY_WAIT();
}

static void lock_release(void) {
    MAY_WAIT();
    atomic_flag_clear_explicit(&lock, memory_order_release);
    MAY_WAIT();
}

#endif
