/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds sftp_fuzz.c replies that are nearly right, made by a fixed seed: so
 * much of fuzzing as fits into every `make check`. */
#include <stdint.h>

#include "../unit/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUTS = 20000 };

static uint64_t seed = 88172645463325252u;
static uint8_t input[4096];
static size_t used;

static size_t
any(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % below);
}

static void
add(unsigned byte)
{
    if (used < sizeof input)
        input[used++] = (uint8_t)byte;
}

/* A number, mostly small, sometimes as large as can be. */
static void
number(void)
{
    bool huge = any(12) == 0;

    for (int i = 0; i < 3; i++)
        add(huge ? 255 : 0);
    add(huge ? 255 : (unsigned)any(6));
}

static void
reply(void)
{
    static const unsigned types[] = { 101, 101, 101, 102, 102, 103, 104, 105 };
    size_t size = 1 + 4 * any(9) + any(4) / 3;
    size_t end = used + 1 + size;

    add((unsigned)size);
    add(any(20) == 0 ? (unsigned)any(256)
                     : types[any(sizeof types / sizeof *types)]);
    while (used + 4 <= end)
        number();
    while (used < end && used < sizeof input)
        add((unsigned)any(256));
}

static void
survives_whatever_comes(void)
{
    for (int i = 0; i < INPUTS; i++) {
        used = 0;
        add((unsigned)any(256));
        add((unsigned)any(256));
        for (size_t replies = 1 + any(20); replies > 0; replies--)
            reply();
        LLVMFuzzerTestOneInput(input, used);
    }
}

int
main(void)
{
    RUN(survives_whatever_comes);
    return test_end();
}
