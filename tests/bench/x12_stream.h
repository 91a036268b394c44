/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TP_TESTS_BENCH_X12_STREAM_H
#define TP_TESTS_BENCH_X12_STREAM_H

#include "x12/read.h"

/* Processor time of this process: others do not show in it. */
double own_seconds(void);
/* Reads a file of that size and tells what it cost. */
void stream(size_t size, const struct x12_options *,
            const struct x12_handler *);
/* The same in a process of its own, whose memory is its own. */
void stream_apart(size_t megabytes);

#endif
