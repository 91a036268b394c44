/* SPDX-License-Identifier: Apache-2.0 */
/* The sets as shipped, compared with what independent sources agree on. */
#include "base/durable.h"
#include "base/text.h"
#include "x12/guide_private.h"
#include "x12_fixture.h"

static const struct {
    const char *set, *group;
    uint32_t old_nodes, new_nodes; /* 004010, 005010; 0 = no such set */
} sets[] = {
    { "850", "PO", 194, 205 }, { "855", "PR", 145, 153 },
    { "860", "PC", 187, 199 }, { "865", "CA", 161, 176 },
    { "810", "IN", 88, 92 },   { "856", "SH", 56, 57 },
    { "820", "RA", 103, 121 }, { "997", "FA", 6, 6 },
    { "999", "FA", 0, 8 },     { "824", "AG", 20, 21 },
    { "846", "IB", 63, 63 },   { "861", "RC", 53, 57 },
    { "864", "TX", 16, 16 },   { "940", "OW", 59, 65 },
    { "945", "SW", 45, 50 },
};

enum { SETS = sizeof sets / sizeof *sets };

static struct x12_guide *
load(const char *version, const char *set)
{
    struct x12_sources sources = x12_sources_in(edi);
    struct x12_guide *out = NULL;

    CHECK_OK(x12_guide_load(&out, &sources, version, set, found, &err), &err);
    return out;
}

static void
has_every_set_whole(void)
{
    static const char *const versions[] = { "004010", "005010" };

    fixture_begin();
    for (size_t i = 0; i < SETS; i++) {
        for (size_t v = 0; v < 2; v++) {
            uint32_t nodes = v == 0 ? sets[i].old_nodes : sets[i].new_nodes;
            if (nodes == 0)
                continue;
            struct x12_guide *it = load(versions[v], sets[i].set);
            if (it->node_count != nodes + 1) /* and the set itself */
                printf("# %s %s: %u nodes\n", versions[v], sets[i].set,
                       it->node_count - 1);
            CHECK(it->node_count == nodes + 1);
            CHECK_TEXT(x12_guide_group(it), sets[i].group);
            CHECK(*x12_guide_title(it) != '\0');
            x12_guide_free(&it);
        }
    }
}

/* "BEG03 324 M AN 1 22" */
static bool
agrees(const struct dictionary *dictionary, char *line)
{
    char *words[6], *rest = line;
    size_t count = 0;

    for (char *word; (word = strsep(&rest, " ")) != NULL && count < 6;)
        words[count++] = word;
    CHECK(count == 6);
    char *digits = words[0] + strlen(words[0]) - 2;
    size_t number = (size_t)strtol(digits, NULL, 10);
    *digits = '\0';
    const struct segment_def *def = dictionary_segment(dictionary, words[0]);
    if (def == NULL || number == 0 || number > def->count)
        return false;
    const struct slot *slot = &def->slots[number - 1];
    char type = words[3][0] == '-' ? slot->type : words[3][0];
    bool same = slot->usage == words[2][0] && slot->type == type &&
                slot->min == (uint32_t)strtoul(words[4], NULL, 10) &&
                slot->max == (uint32_t)strtoul(words[5], NULL, 10);
    return same && (words[1][0] == '-' ||
                    slot->number == (uint32_t)strtoul(words[1], NULL, 10));
}

static size_t
compare(const char *version, const char *file)
{
    struct x12_guide *it = load(version, "850");
    struct buf text = { 0 };
    char path[4200], line[120];
    size_t agreed = 0, wrong = 0;

    snprintf(path, sizeof path, "%s/../tests/x12/%s", edi, file);
    CHECK_OK(file_read(path, 1 << 20, &text, &err), &err);
    for (char *at = text.text; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)size, at);
        at += size + (at[size] == '\n');
        if (line[0] == '#')
            continue;
        bool good = agrees(it->dictionary, line);
        if (!good)
            printf("# %s %s differs\n", version, line);
        agreed += good;
        wrong += !good;
    }
    buf_free(&text);
    x12_guide_free(&it);
    CHECK(wrong == 0);
    return agreed;
}

static void
agrees_with_the_sources(void)
{
    fixture_begin();
    CHECK(compare("004010", "facts-004010") > 1100);
    CHECK(compare("005010", "facts-005010") > 25);
}

static void
knows_what_005010_changed(void)
{
    struct x12_place place;
    struct x12_guide *it;

    fixture_begin();
    it = load("005010", "850");
    CHECK(x12_guide_find(it, "REF02", &place) && place.max_length == 50);
    CHECK(x12_guide_find(it, "REF04-2", &place) && place.max_length == 50);
    CHECK(x12_guide_find(it, "PO1/PID/PID05", &place));
    CHECK(place.max_length == 80);
    CHECK_TEXT(x12_guide_code(it, "BEG", 2, 0, (struct x12_element){ "SA", 2 }),
               "Stand-alone");
    x12_guide_free(&it);
    it = load("005010", "999");
    CHECK(x12_guide_find(it, "AK2/IK3/IK4/IK401-3", &place));
    CHECK(place.number == 1686 && place.max_length == 4);
    const struct segment_def *ctx = dictionary_segment(it->dictionary, "CTX");
    CHECK(ctx->slots[0].repeats == 10 && ctx->slots[1].repeats == 1);
    const struct segment_def *inc = dictionary_segment(it->dictionary, "INC");
    CHECK(inc->slots[5].number == 0 && inc->slots[5].max == 3);
    x12_guide_free(&it);
}

int
main(void)
{
    RUN(has_every_set_whole);
    RUN(agrees_with_the_sources);
    RUN(knows_what_005010_changed);
    arena_free(&arena);
    return test_end();
}
