/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harden - a process that handles secrets leaves none behind.
 *
 *   harden_process();            first thing in main()
 *   page = guarded_page(size);   for what must never be swapped or dumped
 *   guarded_free(&page, size);
 *
 * A program that is executed later (ssh) keeps the limit on core dumps.
 */
#ifndef TP_BASE_HARDEN_H
#define TP_BASE_HARDEN_H

#include <stddef.h>

/* Built with AddressSanitizer, which needs more of the kernel than we do. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* No core dump, and no other process of the same user may look into this one
 * (PR_SET_DUMPABLE). The second is left out under AddressSanitizer, whose
 * search for leaks looks from outside. */
void harden_process(void);

/* Zeroed memory that is left out of core dumps and, as far as RLIMIT_MEMLOCK
 * allows, never swapped; ends the process when memory is out. */
void *guarded_page(size_t size);
/* Wipes and frees; sets the pointer to NULL, accepts NULL. */
void guarded_free(void **page, size_t size);

#endif
