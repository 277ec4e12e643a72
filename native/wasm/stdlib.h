/* malloc takes from an arena outside of simulated physical memory. abort and exit end the program, which violates a clause. */
#ifndef FRAMEPROOF_STDLIB_H
#define FRAMEPROOF_STDLIB_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *block);
__attribute__((noreturn)) void abort(void);
__attribute__((noreturn)) void exit(int code);
__attribute__((noreturn)) void fp_abort(const char *text);
void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *));

#ifdef __cplusplus
}
#endif

#endif
