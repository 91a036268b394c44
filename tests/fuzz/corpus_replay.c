/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds one entry the kept inputs of tests/fuzz/corpus/CORPUS: what once went
 * wrong, and what reaches far. */
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>

#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 1 << 20 };

static const char *path;

static void
replay(void)
{
    struct buf input = { 0 };
    struct err err = { 0 };

    CHECK_OK(file_read(path, INPUT_MAX, &input, &err), &err);
    /* Its own block, so that sanitizers see a read over the end. */
    uint8_t *bytes = obtain(input.size > 0 ? input.size : 1);
    memcpy(bytes, buf_text(&input), input.size);
    LLVMFuzzerTestOneInput(bytes, input.size);
    release(&bytes);
    buf_free(&input);
}

int
main(void)
{
    const char *source = getenv("TP_SOURCE");
    char pattern[4096];
    glob_t files;

    snprintf(pattern, sizeof pattern, "%s/tests/fuzz/corpus/" CORPUS "/*",
             source ? source : ".");
    if (glob(pattern, 0, NULL, &files) != 0)
        return 1;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        path = files.gl_pathv[i];
        test_run(strrchr(path, '/') + 1, replay);
    }
    globfree(&files);
    return test_end();
}
