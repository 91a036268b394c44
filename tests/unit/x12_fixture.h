/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of x12 share: the guides as shipped, and an envelope around
 * the segments of a case. */
#ifndef TP_TESTS_UNIT_X12_FIXTURE_H
#define TP_TESTS_UNIT_X12_FIXTURE_H

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "test.h"
#include "x12/guide.h"
#include "x12/read.h"

static struct arena *arena;
static struct problems *found;
static struct err err;
static char edi[4096]; /* the guides' directory */

static inline void
fixture_begin(void)
{
    const char *source = getenv("TP_SOURCE");

    arena_free(&arena);
    arena = arena_new();
    found = problems_new(arena);
    err_clear(&err);
    snprintf(edi, sizeof edi, "%s/edi", source ? source : ".");
}

static inline struct x12_guide *
load_guide(const char *set)
{
    struct x12_sources sources = x12_sources_in(edi);
    struct x12_guide *guide = NULL;

    CHECK_OK(x12_guide_load(&guide, &sources, "004010", set, found, &err),
             &err);
    return guide;
}

/* The guide that every set is checked with. */
static struct x12_guide *guide;

static inline const struct x12_guide *
the_guide(void *user, const struct x12_group *group, const char *set)
{
    (void)user;
    (void)group;
    return strcmp(x12_guide_set(guide), set) == 0 ? guide : NULL;
}

static inline struct x12_options
fixture_options(void)
{
    struct x12_options options;

    x12_options_init(&options);
    options.guide_for = the_guide;
    return options;
}

#define ISA                                                                 \
    "ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      " \
    "*251120*0858*U*00401*000000918*0*P*>~"

/* Segments of a set ("BEG*...~...") in a sound envelope; SE01 is counted. */
static inline const char *
wrap(const char *group, const char *set, const char *segments)
{
    int count = 2;

    for (const char *at = segments; *at != '\0'; at++)
        count += *at == '~';
    return arena_printf(arena,
                        ISA "GS*%s*BLUEFISH01*123456789*20251120*0858*918*X*"
                            "004010~ST*%s*0001~%sSE*%d*0001~GE*1*918~"
                            "IEA*1*000000918~",
                        group, set, segments, count);
}

static inline const struct x12_file *
read_text(const char *text, const struct x12_options *options)
{
    return x12_read(arena, text, strlen(text), options);
}

/* All that was found as "AK403=7 N103 @7", one word group each, ";" between;
 * warnings by their names. */
static inline void
note_codes(struct buf *out, const struct x12_finding *finding)
{
    for (; finding != NULL; finding = finding->next) {
        const char *name = x12_tolerance_name(finding->tolerance);
        if (out->size > 0)
            buf_addc(out, ';');
        buf_adds(out, *finding->code ? finding->code : name ? name : "file");
        if (finding->element > 0)
            buf_addf(out, " %s%02u", finding->segment, finding->element);
        else if (finding->position > 0)
            buf_addf(out, " %s", finding->segment);
        if (finding->component > 0)
            buf_addf(out, "-%u", finding->component);
        if (finding->position > 0)
            buf_addf(out, " @%u", finding->position);
    }
}

static inline const char *
codes_of(const struct x12_file *file)
{
    struct buf out = { 0 };

    note_codes(&out, file->findings);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        note_codes(&out, it->findings);
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            note_codes(&out, g->findings);
            for (const struct x12_result *r = g->results; r; r = r->next)
                note_codes(&out, r->findings);
        }
    }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return text;
}

#endif
