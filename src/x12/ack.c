/* SPDX-License-Identifier: Apache-2.0 */
#include "x12/ack.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/write.h"

/* COUNT_MAX: AK302 and AK902 have six digits; TOLD_MAX: AK401 has two. */
enum { CODES_MAX = 5, COUNT_MAX = 999999, TOLD_MAX = 99, VERSION_MAX = 12 };

struct making {
    struct arena *arena;
    struct x12_set *set;
    struct x12_node *ak2;
    bool new_names; /* a 999: IK3, IK4, IK5 */
};

/* Distinct codes of one kind, "AK502=4" without what is before "=". */
struct codes {
    const char *values[CODES_MAX + 1];
    size_t count;
};

static void
add_code(struct codes *codes, const char *value)
{
    for (size_t i = 0; i < codes->count; i++)
        if (strcmp(codes->values[i], value) == 0)
            return;
    if (codes->count < CODES_MAX)
        codes->values[codes->count++] = value;
}

static void
add_codes(struct codes *codes, const struct x12_finding *finding,
          const char *prefix)
{
    for (; finding != NULL; finding = finding->next)
        if (text_starts(finding->code, prefix))
            add_code(codes, finding->code + strlen(prefix));
}

static const char *
number(struct arena *arena, uint32_t value)
{
    return arena_printf(arena, "%u", value < COUNT_MAX ? value : COUNT_MAX);
}

/* Letters, digits and a few signs that are no delimiter anywhere; nothing of
 * what is nothing but blanks, for that is no value. */
static const char *
harmless(struct arena *arena, const char *value)
{
    char *copy = arena_strdup(arena, value);

    for (char *at = copy; *at != '\0'; at++) {
        bool plain = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') ||
                     (*at >= '0' && *at <= '9') || strchr(" -.,/()", *at);
        if (!plain)
            *at = '.';
    }
    return copy + (copy[strspn(copy, " ")] == '\0' ? strlen(copy) : 0);
}

/* As it stands, but as long as the acknowledgment's own element must be: zeros
 * before what is too short, what is too long is cut. */
static const char *
fitting(struct arena *arena, const char *value, size_t min, size_t max)
{
    size_t size = strlen(value);
    const char *good = harmless(arena, value);

    if (size < min)
        return arena_printf(arena, "%.*s%s", (int)(min - size), "0000000000",
                            good);
    return size > max ? arena_strndup(arena, good, max) : good;
}

/* A number of at most so many digits; 0 when the value is none. */
static const char *
numeric(struct arena *arena, const char *value, size_t digits)
{
    size_t size = strlen(value);

    return size > 0 && size <= digits && strspn(value, "0123456789") == size
               ? value
               : arena_strdup(arena, "0");
}

/* AK301 takes two or three characters. */
static const char *
segment_name(struct arena *arena, const struct x12_finding *finding)
{
    char *name =
        arena_strndup(arena, finding->segment, strnlen(finding->segment, 3));

    return strlen(name) >= 2 ? harmless(arena, name) : "ZZZ";
}

/* The loop's own name at the end of its path, at most six characters. */
static const char *
loop_name(const struct x12_finding *finding)
{
    const char *slash = strrchr(finding->loop, '/');

    return slash ? slash + 1 : finding->loop;
}

static struct x12_node *
add_ak3(struct making *making, const struct x12_finding *finding,
        const char *code)
{
    return x12_add(making->arena, making->set, making->ak2,
                   making->new_names ? "IK3" : "AK3",
                   segment_name(making->arena, finding),
                   number(making->arena, finding->position), loop_name(finding),
                   code, NULL);
}

static bool
is_old(const struct making *making)
{
    return strncmp(making->set->version, "005", 3) < 0;
}

/* Releases before 005 have no codes for repetitions and components. */
static const char *
element_code(const struct making *making, const char *code)
{
    bool old = is_old(making);

    return old && (strcmp(code, "12") == 0 || strcmp(code, "13") == 0) ? "3"
                                                                       : code;
}

static void
add_ak4(struct making *making, struct x12_node *ak3,
        const struct x12_finding *finding)
{
    struct arena *arena = making->arena;
    struct x12_node *ak4 = x12_add(
        arena, making->set, ak3, making->new_names ? "IK4" : "AK4",
        number(arena, finding->element),
        finding->element_number > 0 ? number(arena, finding->element_number)
                                    : "",
        element_code(making, finding->code + strlen("AK403=")),
        harmless(arena, finding->value), NULL);

    if (finding->component > 0)
        x12_put(arena, making->set, ak4, 1, 2,
                number(arena, finding->component));
    if (finding->repetition > 1 && !is_old(making))
        x12_put(arena, making->set, ak4, 1, 3,
                number(arena, finding->repetition));
}

/* One AK3 for each wrong segment, and one for each segment whose elements are
 * wrong with an AK4 for each. */
static bool
add_details(struct making *making, const struct x12_finding *finding)
{
    struct x12_node *ak3 = NULL;
    uint32_t position = 0;
    bool any = false;

    for (; finding != NULL; finding = finding->next) {
        if (text_starts(finding->code, "AK304=")) {
            add_ak3(making, finding, finding->code + strlen("AK304="));
        } else if (text_starts(finding->code, "AK403=")) {
            if (ak3 == NULL || position != finding->position)
                ak3 = add_ak3(making, finding, "8");
            position = finding->position;
            if (finding->element <= TOLD_MAX && finding->component <= TOLD_MAX)
                add_ak4(making, ak3, finding);
        } else {
            continue;
        }
        any = true;
    }
    return any;
}

static void
add_set(struct making *making, const struct x12_result *result)
{
    struct arena *arena = making->arena;
    struct codes codes = { 0 };
    char verdict[2] = { (char)result->verdict, '\0' };

    making->ak2 = x12_add(arena, making->set, NULL, "AK2",
                          fitting(arena, result->id, 3, 3),
                          fitting(arena, result->control, 4, 9), NULL);
    if (making->new_names && *result->implementation != '\0')
        x12_put(arena, making->set, making->ak2, 3, 0,
                fitting(arena, result->implementation, 1, 35));
    if (add_details(making, result->findings))
        add_code(&codes, "5");
    add_codes(&codes, result->findings, "AK502=");
    struct x12_node *ak5 =
        x12_add(arena, making->set, making->ak2,
                making->new_names ? "IK5" : "AK5", verdict, NULL);
    for (uint32_t i = 0; i < codes.count; i++)
        x12_put(arena, making->set, ak5, i + 2, 0, codes.values[i]);
}

static struct x12_set *
make(const struct x12_group *group, const char *id, bool only_errors,
     struct arena *arena)
{
    struct codes codes = { 0 };
    char verdict[2] = { (char)group->verdict, '\0' };

    if (strcmp(group->functional_id, "FA") == 0)
        return NULL;
    struct making making = { .arena = arena,
                             .new_names = strcmp(id, "999") == 0 };
    making.set = x12_set_new(arena, id, group->version);
    x12_add(arena, making.set, NULL, "AK1",
            fitting(arena, group->functional_id, 2, 2),
            numeric(arena, group->control, 9),
            making.new_names ? fitting(arena, group->version, 0, VERSION_MAX)
                             : NULL,
            NULL);
    for (const struct x12_result *r = group->results; r != NULL; r = r->next)
        if (!only_errors || r->verdict != X12_ACCEPTED)
            add_set(&making, r);
    struct x12_node *ak9 = x12_add(
        arena, making.set, NULL, "AK9", verdict, number(arena, group->claimed),
        number(arena, group->received), number(arena, group->accepted), NULL);
    add_codes(&codes, group->findings, "AK905=");
    for (uint32_t i = 0; i < codes.count; i++)
        x12_put(arena, making.set, ak9, i + 5, 0, codes.values[i]);
    return making.set;
}

struct x12_set *
x12_ack_997(const struct x12_group *group, bool only_errors,
            struct arena *arena)
{
    return make(group, "997", only_errors, arena);
}

struct x12_set *
x12_ack_999(const struct x12_group *group, bool only_errors,
            struct arena *arena)
{
    return make(group, "999", only_errors, arena);
}

const struct x12_segment *
x12_ack_ta1(const struct x12_interchange *it, struct arena *arena)
{
    struct x12_set *set = x12_set_new(arena, "TA1", "");
    char verdict[2] = { (char)it->verdict, '\0' };
    long control;

    if (!text_number(it->control, 999999999, &control))
        control = 0;
    return &x12_add(arena, set, NULL, "TA1",
                    arena_printf(arena, "%09ld", control),
                    harmless(arena, it->date), harmless(arena, it->time),
                    verdict, it->ta1, NULL)
                ->segment;
}

struct x12_set *
x12_ack_group(const struct x12_group *group, bool want_999, bool only_errors,
              struct arena *arena)
{
    bool has_999 = strncmp(group->version, "005010", 6) >= 0;

    return make(group, want_999 && has_999 ? "999" : "997", only_errors, arena);
}
