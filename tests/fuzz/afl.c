/* SPDX-License-Identifier: Apache-2.0 */
/* Any entry for libFuzzer as a program for AFL++: persistent, its input in
 * shared memory. Built by afl-clang-fast alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ROUNDS = 1000 }; /* of one process */

__AFL_FUZZ_INIT();

int
main(void)
{
    __AFL_INIT();
    const uint8_t *shared = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(ROUNDS)) {
        size_t size = (size_t)__AFL_FUZZ_TESTCASE_LEN;
        /* Its own block, so that the sanitizer sees a read over the end. */
        uint8_t *bytes = malloc(size > 0 ? size : 1);
        memcpy(bytes, shared, size);
        LLVMFuzzerTestOneInput(bytes, size);
        free(bytes);
    }
    return 0;
}
