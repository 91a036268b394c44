/* SPDX-License-Identifier: Apache-2.0 */
/* What a fuzzer holds for true: else it says what and where, and stops. */
#ifndef TP_TESTS_FUZZ_MUST_H
#define TP_TESTS_FUZZ_MUST_H

#include <stdio.h>
#include <stdlib.h>

#define must(condition)                                                  \
    do {                                                                 \
        if (!(condition)) {                                              \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, \
                    #condition);                                         \
            abort();                                                     \
        }                                                                \
    } while (0)

#endif
