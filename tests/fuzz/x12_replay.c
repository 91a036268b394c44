/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds x12_fuzz.c the inputs of tests/x12 and, by a fixed seed, changed
 * copies of them: so much of fuzzing as fits into every `make check`. */
#include <glob.h>
#include <stdint.h>
#include <stdlib.h>

#include "../unit/test.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/durable.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { INPUT_MAX = 1 << 20, CHANGED_MAX = 16 * 1024, COPIES = 40 };

static uint64_t seed = 88172645463325252u;
static const char *path;

static size_t
any(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % below);
}

static void
cut_out(struct buf *copy)
{
    size_t at = any(copy->size), gone = any(copy->size - at) % 40;

    memmove(copy->text + at, copy->text + at + gone, copy->size - at - gone);
    copy->size -= gone;
}

/* A byte changed, some removed, some doubled, or the end cut off. */
static void
change(struct buf *copy)
{
    static const char bytes[] = "*~>^\r\n\0 IASE0129-.\xE2\x80\xA6\x1A";
    size_t at = any(copy->size);

    switch (any(5)) {
    case 0:
        copy->text[at] = bytes[any(sizeof bytes)];
        break;
    case 1:
        copy->text[at] = (char)any(256);
        break;
    case 2:
        cut_out(copy);
        break;
    case 3:
        copy->size = at + 1;
        break;
    default: {
        struct buf twice = { 0 };
        size_t size = any(copy->size - at) % 200;
        buf_add(&twice, copy->text, at);
        buf_add(&twice, copy->text + at, size);
        buf_add(&twice, copy->text + at, copy->size - at);
        buf_free(copy);
        *copy = twice;
    }
    }
}

static void
feed(const struct buf *buf)
{
    /* Its own block, so that sanitizers see a read over the end. */
    uint8_t *bytes = obtain(buf->size);

    memcpy(bytes, buf->text, buf->size);
    LLVMFuzzerTestOneInput(bytes, buf->size);
    release(&bytes);
}

static void
replay(void)
{
    struct buf input = { 0 }, copy = { 0 };
    struct err err = { 0 };

    CHECK_OK(file_read(path, INPUT_MAX, &input, &err), &err);
    feed(&input);
    for (int i = 0; i < COPIES && input.size < CHANGED_MAX; i++) {
        buf_clear(&copy);
        buf_add(&copy, input.text, input.size);
        for (size_t n = 1 + any(4); n > 0 && copy.size > 1; n--)
            change(&copy);
        feed(&copy);
    }
    buf_free(&input);
    buf_free(&copy);
}

int
main(void)
{
    const char *source = getenv("TP_SOURCE");
    char pattern[4096];
    glob_t files;

    snprintf(pattern, sizeof pattern, "%s/tests/x12/*/*/input.edi",
             source ? source : ".");
    if (glob(pattern, 0, NULL, &files) != 0)
        return 1;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        path = files.gl_pathv[i];
        test_run(strstr(path, "tests/x12/"), replay);
    }
    globfree(&files);
    return test_end();
}
