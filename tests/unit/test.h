/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test - cases that report in TAP, one line each.
 *
 *   static void adds(void) { CHECK(1 + 1 == 2); CHECK_TEXT(name, "EA"); }
 *   int main(void) { RUN(adds); return test_end(); }
 *
 * A case fails at its first failing check; the others still run.
 */
#ifndef TP_TESTS_UNIT_TEST_H
#define TP_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int test_number, test_failed;
static jmp_buf test_out;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
            longjmp(test_out, 1);                                              \
        }                                                                      \
    } while (0)

#define CHECK_TEXT(got, want)                                                \
    do {                                                                     \
        const char *got_ = (got), *want_ = (want);                           \
        if (got_ == NULL || strcmp(got_, want_) != 0) {                      \
            printf("# %s:%d: got \"%s\", want \"%s\"\n", __FILE__, __LINE__, \
                   got_ ? got_ : "(null)", want_);                           \
            longjmp(test_out, 1);                                            \
        }                                                                    \
    } while (0)

/* For calls that fill an err: shows it when the call failed. */
#define CHECK_OK(call, err)                                               \
    do {                                                                  \
        if (!(call)) {                                                    \
            printf("# %s:%d: %s: %s %s: %s\n", __FILE__, __LINE__, #call, \
                   err_name((err)->code), (err)->at, (err)->text);        \
            longjmp(test_out, 1);                                         \
        }                                                                 \
    } while (0)

#define RUN(function) test_run(#function, function)

static inline void
test_run(const char *name, void (*function)(void))
{
    bool good = setjmp(test_out) == 0;

    if (good)
        function();
    test_number++;
    test_failed += !good;
    printf("%sok %d - %s\n", good ? "" : "not ", test_number, name);
    fflush(stdout);
}

static inline int
test_end(void)
{
    printf("1..%d\n", test_number);
    return test_failed ? 1 : 0;
}

#endif
