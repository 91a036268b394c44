/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x12_guide_fuzz - the texts that guides are made of, partners' rules and SEF
 * files, whatever stands in them, are loaded or refused with a reason; what
 * was loaded prints, makes a sample and reads it.
 *
 * The input's first byte chooses which text it stands for.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../x12/guides.h"
#include "base/arena.h"
#include "base/buf.h"
#include "must.h"
#include "x12/sample.h"
#include "x12/sef.h"
#include "x12/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { KINDS = 6, RULE = 4, SEF = 5, NODES_MAX = 2000 };

static const char *const names[RULE] = { "x12/004010/997.guide",
                                         "x12/004010/segments",
                                         "x12/004010/elements",
                                         "x12/004010/codes" };

/* Small ones of our own: most mistakes are reached sooner with them. */
static const char *const texts[RULE] = {
    "set 997 FA \"Acknowledgment\"\n  AK1 M 1\n  AK2 O >1 loop\n    AK5 M 1\n",
    "C030 \"Place\" 722! 1528\nAK1 \"Group\" 479! 28!\n"
    "AK2 \"Set\" 143! 329! C030 | C0302\nAK5 \"End\" 717! 718\n",
    "28 N0 1 9 \"Number\"\n143 ID 3 3 \"Set\"\n329 AN 4 9 \"Control\"\n"
    "479 ID 2 2 \"Kind\"\n717 ID 1 1 \"Verdict\"\n718 ID 1 3 \"Why\"\n"
    "722 N0 1 2 \"Element\"\n1528 N0 1 2 \"Component\"\n",
    "717 all A \"Accepted\" R \"Rejected\"\n"
};

struct fuzz {
    unsigned kind;
    const char *text;
};

static bool
find(void *user, const char *name, struct arena *arena, const char **path,
     const char **content)
{
    const struct fuzz *fuzz = user;

    (void)arena;
    for (unsigned i = 0; i < RULE; i++)
        if (strcmp(name, names[i]) == 0) {
            *path = names[i];
            *content = fuzz->kind == i ? fuzz->text : texts[i];
            return true;
        }
    return false;
}

static void
use(const struct x12_guide *guide, struct arena *arena)
{
    struct buf out = { 0 };
    struct x12_sample_wish wish = { .seed = 7, .percent = 30 };

    x12_guide_print(guide, &out);
    must(out.size > 0);
    if (out.size < NODES_MAX) /* else the sample takes too long */
        must(x12_sample(guide, arena, &wish) != NULL);
    buf_free(&out);
}

/* One rule: a line each for the place, its pattern, a segment, a code. */
static void
overlay(const struct x12_guide *base, char *text, struct arena *arena)
{
    const char *codes[2] = { NULL };
    struct problems *found = problems_new(arena);
    struct x12_guide *guide = NULL;
    struct err err = { 0 };
    char *at = strsep(&text, "\n"), *pattern = strsep(&text, "\n");
    char *segment = strsep(&text, "\n");
    char *numbers = strsep(&text, "\n");

    codes[0] = strsep(&text, "\n");
    struct x12_rule rule = { .at = at ? at : "",
                             .pattern = pattern && *pattern ? pattern : NULL,
                             .segment = segment && *segment ? segment : NULL,
                             .codes = codes[0] ? codes : NULL };
    if (numbers != NULL && strlen(numbers) > 3) {
        rule.usage = "MON\0"[numbers[0] & 3];
        rule.max = numbers[1] - '0';
        rule.min_length = numbers[2] - '0';
        rule.max_length = numbers[3] - '0';
    }
    if (pattern != NULL && strlen(pattern) > 40) /* the C library's business */
        return;
    bool loaded = x12_guide_overlay(&guide, base, &rule, 1, found, &err);
    must(loaded == (guide != NULL) && loaded == (err.kind == ERR_NONE));
    if (loaded)
        use(guide, arena);
    x12_guide_free(&guide);
}

static void
take_sef(char *text, struct arena *arena)
{
    struct problems *found = problems_new(arena);
    struct x12_sef *sef = obtain(sizeof *sef);
    struct buf merged = { 0 };
    struct err err = { 0 };

    if (x12_sef_read(sef, "their.sef", "", text, found, &err))
        x12_sef_merge(texts[1], "", buf_text(&sef->segments), &merged);
    else
        must(err.kind != ERR_NONE);
    buf_free(&merged);
    x12_sef_free(sef);
    release(&sef);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    struct problems *found = problems_new(arena);
    struct x12_guide *guide = NULL;
    struct err err = { 0 };

    if (size > 0) {
        char *text = arena_strndup(arena, (const char *)bytes + 1, size - 1);
        struct fuzz fuzz = { bytes[0] % KINDS, text };
        struct x12_sources sources = { find, &fuzz };
        bool loaded =
            x12_guide_load(&guide, &sources, "004010", "997", found, &err);
        must(loaded == (guide != NULL) && loaded == (err.kind == ERR_NONE));
        must(loaded || fuzz.kind < RULE);
        if (loaded)
            use(guide, arena);
        if (fuzz.kind == RULE)
            overlay(guide, text, arena);
        else if (fuzz.kind == SEF)
            take_sef(text, arena);
        x12_guide_free(&guide);
    }
    arena_free(&arena);
    return 0;
}
