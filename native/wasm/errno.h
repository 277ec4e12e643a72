/* errno, and the error numbers of Linux that allocators use. */
#ifndef FRAMEPROOF_ERRNO_H
#define FRAMEPROOF_ERRNO_H

#ifdef __cplusplus
extern "C" {
#endif

extern int fp_errno;
#define errno fp_errno

#define EPERM 1
#define ENOENT 2
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define EINVAL 22
#define ENOSPC 28
#define ERANGE 34
#define ENOSYS 38

#ifdef __cplusplus
}
#endif

#endif
