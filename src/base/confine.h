/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine - a process that may compute, and read and write one descriptor.
 *
 *   confine_descriptors(&fd, 1);         all others are closed
 *   confine_files();                     no path can be opened any more
 *   confine_calls(&limits);              nothing but memory, time, read, write
 *
 * Each step only takes away, for this process and its children, and none can
 * be taken back. After confine_calls() a system call that is not on its list
 * ends the process with SIGSYS. What the kernel, the machine or a build with
 * sanitizers lacks is told, and the rest is done.
 */
#ifndef TP_BASE_CONFINE_H
#define TP_BASE_CONFINE_H

#include <stddef.h>

#include "base/err.h"

/* Closes all descriptors but these, the standard ones, too. */
void confine_descriptors(const int *keep, size_t count);

/* No new privileges, no capabilities, and no paths (Landlock). */
void confine_files(void);

struct confine_limits {
    size_t memory_bytes; /* address space; left out with sanitizers */
};
/* No files, descriptors, processes or core dumps (rlimits), and the list of
 * system calls (seccomp; left out with sanitizers, which need many more). False
 * when the kernel can do it and refused. */
bool confine_calls(const struct confine_limits *) MUST_USE;

/* CPU seconds from now on after which the process is ended (SIGPROF); allowed
 * behind confine_calls(). */
void confine_time(long cpu_seconds);

/* What is missing here, in words; NULL when nothing is. Asks the kernel. */
const char *confine_lacks(void);

#endif
