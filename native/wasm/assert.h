/* assert: a broken assertion ends the call, and the report shows its text. */
#include "stdlib.h"

#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : fp_abort("assertion failed: " #condition))
#endif
#ifndef static_assert
#define static_assert _Static_assert
#endif
