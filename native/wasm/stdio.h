/* Output goes to standard error, whatever the stream. */
#ifndef FRAMEPROOF_STDIO_H
#define FRAMEPROOF_STDIO_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fp_file FILE;
#define stdout ((FILE *)0)
#define stderr ((FILE *)0)
#define EOF (-1)

int vsnprintf(char *into, size_t size, const char *format, va_list arguments);
int snprintf(char *into, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
int vprintf(const char *format, va_list arguments);
int vfprintf(FILE *stream, const char *format, va_list arguments);
int puts(const char *text);
int fputs(const char *text, FILE *stream);
int putchar(int character);
int fflush(FILE *stream);

#ifdef __cplusplus
}
#endif

#endif
