/* Stands in for a kernel: the harness for kernels in a process, with standard input and output as its serial line. It ends after each program. */
#include "../frameproof.h"
#include <stdio.h>
#include <stdlib.h>

static _Alignas(4096) unsigned char memory[64 << 20];

static int get(void) {
    int byte = getchar();
    if (byte == EOF) exit(0);
    return byte;
}

static void put(char byte) {
    putchar(byte);
    if (byte == '\n') fflush(stdout);
}

static void halt(void) { exit(0); }

int fp_serve(const fp_target *target) {
    fp_serve_serial(target, &(fp_serial){get, put, memory, sizeof memory, halt, true});
}
