/* SPDX-License-Identifier: Apache-2.0 */
/* Where no trees are made, plain segments are taken many at a time. However
 * they are, the findings are those of the careful way. */
#ifndef TP_TESTS_X12_WAYS_H
#define TP_TESTS_X12_WAYS_H

#include "../unit/test.h"
#include "base/buf.h"
#include "x12/read.h"

static inline void
ways_add(struct buf *out, const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        buf_addf(out, "%s %u/%u/%u at %llu line %u in %s%s: ", f->code,
                 f->position, f->element, f->component,
                 (unsigned long long)f->offset, f->line, f->segment,
                 f->consequence ? ", a consequence" : "");
        x12_finding_text(f, out);
        buf_addc(out, '\n');
    }
}

static inline void
ways_set(void *user, const struct x12_result *result)
{
    buf_addf(user, "set %s %c %u\n", result->control, result->verdict,
             result->count);
    ways_add(user, result->findings);
}

static inline void
ways_group(void *user, const struct x12_group *group)
{
    buf_addf(user, "group %c\n", group->verdict);
    ways_add(user, group->findings);
}

static inline void
ways_end(void *user, const struct x12_interchange *it)
{
    buf_addf(user, "end %c\n", it->verdict);
    ways_add(user, it->findings);
}

/* What is found, in chunks of a size. The text comes twice: a name is taken in
 * full the first time. */
static inline void
ways_find(const struct buf *text, const struct x12_options *options,
          const char *scanner, size_t chunk, struct buf *out)
{
    const struct x12_handler handler = { .user = out,
                                         .set = ways_set,
                                         .group_end = ways_group,
                                         .interchange_end = ways_end };
    struct x12_options lean = *options;

    buf_clear(out);
    lean.lean = true;
    lean.scanner = scanner;
    struct x12_reader *reader = x12_reader_new(&lean, &handler);
    for (int turn = 0; turn < 2; turn++)
        for (size_t at = 0; at < text->size; at += chunk)
            x12_feed(reader, text->text + at,
                     text->size - at < chunk ? text->size - at : chunk);
    x12_end(reader, NULL);
    x12_reader_free(&reader);
}

static inline void
ways_agree(const struct buf *text, const struct x12_options *options)
{
    static const char *const ways[] = { NULL, "avx2", "sse2", "scalar" };
    const size_t chunks[] = { text->size + 1, 100, 9 };
    struct buf wanted = { 0 }, found = { 0 };

    ways_find(text, options, "careful", text->size + 1, &wanted);
    for (size_t i = 0; i < 6; i++) {
        ways_find(text, options, ways[i % 4], chunks[i % 3], &found);
        CHECK_TEXT(buf_text(&found), buf_text(&wanted));
    }
    buf_free(&wanted);
    buf_free(&found);
}

#endif
