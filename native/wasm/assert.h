/* assert: a broken assertion ends the call, and the report shows its text. */
#include "stdlib.h"

#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define FP_TEXT_OF(line) #line
#define FP_LINE_TEXT(line) FP_TEXT_OF(line)
#define assert(condition) ((condition) ? (void)0 : fp_abort("assertion failed: " #condition " (" __FILE__ ":" FP_LINE_TEXT(__LINE__) ")"))
#endif
#if !defined static_assert && !defined __cplusplus
#define static_assert _Static_assert
#endif
