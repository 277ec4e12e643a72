/* setjmp returns once. longjmp leaves the call, as a panic without a page frame does. */
#ifndef FRAMEPROOF_SETJMP_H
#define FRAMEPROOF_SETJMP_H

#ifdef __cplusplus
extern "C" {
#endif

typedef int jmp_buf[1];

static inline int setjmp(jmp_buf place) {
    (void)place;
    return 0;
}

__attribute__((noreturn)) void longjmp(jmp_buf place, int value);

#ifdef __cplusplus
}
#endif

#endif
