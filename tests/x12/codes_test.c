/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes_test - every code of X12's acknowledgments that can arise, at an exact
 * place: a case is one change of a clean document, and a mark in what is put
 * in tells the byte that the finding must point at. See codes/README.
 *
 * Each case runs in 004010 and in 005010. Its 997, 999 and TA1 must say the
 * same code at the same place, and our own reader must find nothing wrong
 * with them.
 */
#include "codes_read.h"
#include "ways.h"

enum { CODES_MAX = 400, LEAST = 3, PLACE_MAX = 400 };

static struct {
    char code[16]; /* "AK403=7" */
    int count;
    bool never;
} codes[CODES_MAX];
static size_t code_count;
static const struct code_case *now;
static const char *version;
static struct code_case cases[CODE_CASES];
static size_t case_count;

static void
count_code(const char *prefix, const char *value, int count, bool never)
{
    char code[16];

    snprintf(code, sizeof code, "%.6s%.8s", prefix, value);
    for (size_t i = 0; i < code_count; i++)
        if (strcmp(codes[i].code, code) == 0) {
            codes[i].count += count;
            codes[i].never |= never;
            return;
        }
    CHECK(code_count < CODES_MAX);
    text_copy(codes[code_count].code, sizeof codes[0].code, code);
    codes[code_count].count = count;
    codes[code_count++].never = never;
}

/* "AK403=7 CUR01-2(3) @3 PO1/N1 consequence" */
static void
add_place(struct buf *out, const struct x12_finding *f)
{
    buf_addf(out, "%s%s", out->size > 0 ? "; " : "",
             *f->code ? f->code : "none");
    if (*f->segment != '\0')
        buf_addf(out, " %s", f->segment);
    if (f->element > 0)
        buf_addf(out, "%02u", f->element);
    if (f->component > 0)
        buf_addf(out, "-%u", f->component);
    if (f->repetition > 1)
        buf_addf(out, "(%u)", f->repetition);
    if (f->position > 0)
        buf_addf(out, " @%u", f->position);
    if (f->consequence)
        buf_adds(out, " consequence");
}

struct told {
    struct buf places;
    uint64_t offsets[PLACE_MAX];
    size_t count;
};

static void
tell(struct told *told, const struct x12_finding *f)
{
    for (; f != NULL; f = f->next) {
        if (f->severity != X12_REJECT)
            continue;
        add_place(&told->places, f);
        CHECK(told->count < PLACE_MAX);
        told->offsets[told->count++] = f->offset;
    }
}

static void
tell_file(struct told *told, const struct x12_file *file)
{
    tell(told, file->findings);
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        tell(told, it->findings);
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            tell(told, g->findings);
            for (const struct x12_result *r = g->results; r; r = r->next)
                tell(told, r->findings);
        }
    }
}

/* Is there a segment id with these values in the tree of an acknowledgment? */
static bool
says(const struct x12_set *set, const char *id, const char *const *values)
{
    for (const struct x12_node *n = set->first; n; n = x12_following(n)) {
        bool same = strcmp(n->segment.id, id) == 0;
        for (uint32_t i = 0; same && i < 4; i++)
            same = values[i] == NULL ||
                   x12_is(x12_get(&n->segment, i + 1), values[i]);
        if (same)
            return true;
    }
    return false;
}

/* The finding in a 997 or 999, and the code counted as it stands there. */
static void
check_told(const struct x12_set *ack, const struct x12_finding *f)
{
    bool new_names = strcmp(ack->id, "999") == 0;
    const char *value = f->code + 6;
    const char *position = arena_printf(arena, "%u", f->position);
    bool element = text_starts(f->code, "AK403=");
    bool old = strcmp(ack->version, "005010") != 0;
    const char *segment[4] = { NULL, position, NULL, element ? "8" : value };
    const char *inside[4] = { NULL, NULL, value, NULL };

    if (!element && !text_starts(f->code, "AK304="))
        return;
    if (old && (strcmp(value, "12") == 0 || strcmp(value, "13") == 0) &&
        element)
        inside[2] = "3";
    CHECK(says(ack, new_names ? "IK3" : "AK3", segment));
    count_code(new_names ? "IK304=" : "AK304=", segment[3], 1, false);
    if (!element)
        return;
    CHECK(says(ack, new_names ? "IK4" : "AK4", inside));
    count_code(new_names ? "IK403=" : "AK403=", inside[2], 1, false);
}

static bool
holds_code(const struct x12_segment *segment, uint32_t from, const char *value)
{
    for (uint32_t i = from; i <= segment->count; i++)
        if (x12_is(x12_get(segment, i), value))
            return true;
    return false;
}

static bool
ends_with(const struct x12_set *ack, const char *id, uint32_t from,
          const char *value)
{
    for (const struct x12_node *n = ack->first; n; n = x12_following(n))
        if (strcmp(n->segment.id, id) == 0 &&
            holds_code(&n->segment, from, value))
            return true;
    return false;
}

static void
check_ack(const struct x12_group *group, struct x12_set *ack)
{
    bool new_names = strcmp(ack->id, "999") == 0;

    for (const struct x12_result *r = group->results; r; r = r->next)
        for (const struct x12_finding *f = r->findings; f; f = f->next) {
            check_told(ack, f);
            if (!text_starts(f->code, "AK502="))
                continue;
            CHECK(ends_with(ack, new_names ? "IK5" : "AK5", 2, f->code + 6));
            count_code(new_names ? "IK502=" : "AK502=", f->code + 6, 1, false);
        }
    if (ends_with(ack, new_names ? "IK5" : "AK5", 2, "5"))
        count_code(new_names ? "IK502=" : "AK502=", "5", 1, false);
    for (const struct x12_finding *f = group->findings; f; f = f->next)
        if (text_starts(f->code, "AK905=")) {
            CHECK(ends_with(ack, "AK9", 5, f->code + 6));
            count_code("AK905=", f->code + 6, !new_names, false);
        }
    check_sound(arena, group, ack);
}

/* Each interchange's TA1 and each group's 997 and 999 tell what was found. */
static void
check_acks(const struct x12_file *file)
{
    for (const struct x12_interchange *it = file->interchanges; it;
         it = it->next) {
        const struct x12_segment *ta1 = x12_ack_ta1(it, arena);
        CHECK(x12_is(x12_get(ta1, 5), it->ta1));
        count_code("TA105=", it->ta1, 1, false);
        for (const struct x12_finding *f = it->findings; f; f = f->next)
            CHECK(!text_starts(f->code, "TA105=") ||
                  it->verdict == X12_REJECTED);
        for (const struct x12_group *g = it->groups; g; g = g->next) {
            if (strcmp(g->functional_id, "FA") == 0)
                continue;
            check_ack(g, x12_ack_997(g, false, arena));
            if (strcmp(version, "005010") == 0)
                check_ack(g, x12_ack_999(g, false, arena));
        }
    }
}

static void
run_case(void)
{
    struct code_document document = { 0 };
    struct told told = { 0 };
    struct x12_options options;

    code_case_apply(now, version, &document);
    code_options(now, &options);
    ways_agree(&document.text, &options);
    const struct x12_file *file =
        x12_read(arena, document.text.text, document.text.size, &options);
    tell_file(&told, file);
    CHECK_TEXT(buf_text(&told.places), now->want);
    CHECK(document.mark_count > 0 || told.count == 0);
    for (size_t i = 0; i < document.mark_count; i++)
        CHECK(told.offsets[i] == document.marks[i]);
    check_acks(file);
    buf_free(&told.places);
    buf_free(&document.text);
}

static void
the_cases_are_read(void)
{
    case_count = code_cases_read(cases);
    CHECK(case_count > 0);
}

static void
run_versions(void)
{
    static const char *const versions[] = { "004010", "005010" };
    char name[400];

    for (size_t i = 0; i < case_count; i++)
        for (size_t v = 0; v < 2; v++) {
            now = &cases[i];
            version = versions[v];
            if (*now->only != '\0' && strcmp(now->only, version) != 0)
                continue;
            snprintf(name, sizeof name, "%s:%d %s %s", now->file, now->line,
                     version, now->want);
            test_run(name, run_case);
        }
}

static void
every_code_has_cases_or_a_reason(void)
{
    bool good = true;

    for (size_t i = 0; i < code_count; i++) {
        if (!codes[i].never && codes[i].count >= LEAST)
            continue;
        if (codes[i].never && codes[i].count == 0)
            continue;
        printf("# %s: %d cases%s\n", codes[i].code, codes[i].count,
               codes[i].never ? ", and a reason why it cannot arise" : "");
        good = false;
    }
    printf("# %zu codes\n", code_count);
    CHECK(good && code_count > 100);
}

/* Lines "AK304 1 2 3", and after "never" lines "AK502 8 9 - reason". */
static void
take_list(char *text)
{
    bool never = false;

    for (char *line = strtok_r(text, "\n", &text); line != NULL;
         line = strtok_r(NULL, "\n", &text)) {
        char *reason = strstr(line, " - "), *rest;
        if (*line == '#')
            continue;
        if (strcmp(line, "never") == 0) {
            never = true;
            continue;
        }
        CHECK(never == (reason != NULL));
        if (reason != NULL)
            *reason = '\0';
        char *list = strtok_r(line, " ", &rest), prefix[8];
        snprintf(prefix, sizeof prefix, "%.5s=", list);
        while ((list = strtok_r(NULL, " ", &rest)) != NULL)
            count_code(prefix, list, 0, never);
    }
}

static void
the_lists_are_read(void)
{
    struct buf text = { 0 };
    struct err err = { 0 };

    CHECK_OK(file_read(code_path("all"), 1 << 16, &text, &err), &err);
    take_list(text.text);
    buf_free(&text);
}

int
main(void)
{
    code_begin();
    RUN(the_lists_are_read);
    RUN(the_cases_are_read);
    run_versions();
    RUN(every_code_has_cases_or_a_reason);
    code_end();
    return test_end();
}
