/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_test - no way to scan reads a byte before or behind its input: every
 * input of tests/x12 lies between two pages that must not be touched, once
 * against each, whole and in two pieces.
 */
#include <glob.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/test.h"
#include "base/buf.h"
#include "base/durable.h"
#include "guides.h"

enum { INPUT_MAX = 1 << 20, CUTS = 40 };

static const char *path;

struct pages {
    char *all, *first; /* first: the byte behind the page in front */
    size_t page, room;
};

static void
make_pages(struct pages *pages, size_t size)
{
    pages->page = (size_t)sysconf(_SC_PAGESIZE);
    pages->room = (size / pages->page + 1) * pages->page;
    pages->all = mmap(NULL, pages->room + 2 * pages->page, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages->all != MAP_FAILED);
    pages->first = pages->all + pages->page;
    CHECK(mprotect(pages->first, pages->room, PROT_READ | PROT_WRITE) == 0);
}

static void
drop_pages(struct pages *pages)
{
    munmap(pages->all, pages->room + 2 * pages->page);
}

/* Reads [at, at + cut) and then the rest, each a piece of its own. */
static void
read_pieces(const char *at, size_t size, size_t cut, const char *scanner)
{
    struct x12_options options;
    struct x12_handler handler = { 0 };
    struct x12_totals totals;

    x12_options_init(&options);
    options.guide_for = guides_for;
    options.scanner = scanner;
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    x12_feed(reader, at, cut);
    x12_feed(reader, at + cut, size - cut);
    x12_end(reader, &totals);
    x12_reader_free(&reader);
    CHECK(totals.bytes == size);
    CHECK(totals.documents + totals.spaces + totals.junk == size);
}

static void
read_at(const char *at, size_t size)
{
    static const char *const ways[] = { NULL, "avx2", "sse2", "scalar",
                                        "careful" };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        for (size_t cut = 0; cut < CUTS; cut++)
            read_pieces(at, size, size * cut / CUTS, ways[i]);
}

static void
stays_inside(void)
{
    struct buf input = { 0 };
    struct pages pages;
    struct err err = { 0 };

    CHECK_OK(file_read(path, INPUT_MAX, &input, &err), &err);
    make_pages(&pages, input.size);
    memcpy(pages.first, input.text, input.size);
    read_at(pages.first, input.size);
    char *last = pages.first + pages.room - input.size;
    memmove(last, input.text, input.size);
    read_at(last, input.size);
    /* Cut off anywhere near its end, against the page behind. */
    for (size_t size = input.size; size + CUTS > input.size && size > 0;
         size--) {
        memmove(pages.first + pages.room - size, input.text, size);
        read_pieces(pages.first + pages.room - size, size, 0, NULL);
    }
    drop_pages(&pages);
    buf_free(&input);
}

int
main(void)
{
    char pattern[4096];
    glob_t files;

    guides_load();
    snprintf(pattern, sizeof pattern, "%s/tests/x12/*/*/input.edi",
             guides_source());
    if (glob(pattern, 0, NULL, &files) != 0)
        return 1;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        path = files.gl_pathv[i];
        test_run(strstr(path, "tests/x12/"), stays_inside);
    }
    globfree(&files);
    guides_free();
    return test_end();
}
