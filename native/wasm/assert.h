/* assert: a broken assertion ends the call, and the report shows its text. */
#include "stdlib.h"

#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition) ((condition) ? (void)0 : fp_abort("assertion failed: " #condition))
#endif
#if !defined static_assert && !defined __cplusplus
#define static_assert _Static_assert
#endif
