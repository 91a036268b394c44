/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "x12/ack.h"

static const struct {
    const char *code, *meaning;
} meanings[] = {
#define MEANING(code, text) { code, text },
#include "x12/codes.tbl"
#undef MEANING
};

const char *
x12_code_meaning(const char *code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(meanings[i].code, code) == 0)
            return meanings[i].meaning;
    /* A 999 says by the codes of a 997 what is not about implementations. */
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (text_starts(code, "IK") &&
            strcmp(meanings[i].code + 1, code + 1) == 0)
            return meanings[i].meaning;
    return NULL;
}

struct reading {
    struct arena *arena;
    struct buf errors; /* of the set at hand */
    struct x12_acked_set *set, *last;
    struct x12_acked_group *group;
    char segment[40]; /* "segment 7 (N1)" of the last AK3 */
    char name[8];
    bool new_names; /* a 999 */
    char component; /* the separator */
    bool ak1, ak9;
};

static void
free_reading(struct reading *reading)
{
    buf_free(&reading->errors);
}

static const char *
text_of(struct arena *arena, const struct x12_segment *segment,
        uint32_t element)
{
    struct x12_element value = x12_get(segment, element);

    return text_trim(arena_strndup(arena, value.text, value.size));
}

static uint32_t
number_at(struct arena *arena, const struct x12_segment *segment,
          uint32_t element)
{
    long number;

    if (!text_number(text_of(arena, segment, element), 9999999, &number))
        return 0;
    return (uint32_t)number;
}

static void
add_error(struct reading *reading, const char *kind, const char *code)
{
    char name[24];

    if (*code == '\0')
        return;
    text_format(name, sizeof name, "%s=%s", kind, code);
    const char *meaning = x12_code_meaning(name);
    buf_addf(&reading->errors, "%s%s", name, meaning ? ", " : "");
    buf_adds(&reading->errors, meaning ? meaning : "");
    buf_adds(&reading->errors, "; ");
}

static void
take_ak2(struct reading *reading, const struct x12_segment *segment)
{
    struct x12_acked_set *set = arena_alloc(reading->arena, sizeof *set);

    set->id = text_of(reading->arena, segment, 1);
    set->control = text_of(reading->arena, segment, 2);
    set->errors = "";
    if (reading->last != NULL)
        reading->last->next = set;
    else
        reading->group->sets = set;
    reading->set = reading->last = set;
    buf_clear(&reading->errors);
}

/* Errors read "segment 7 (N1): AK304=8, ...; segment 7 (N1), N103: ...". */
static void
take_ak3(struct reading *reading, const struct x12_segment *segment)
{
    struct arena *arena = reading->arena;
    const char *code = text_of(arena, segment, 4);

    text_copy(reading->name, sizeof reading->name, text_of(arena, segment, 1));
    text_format(reading->segment, sizeof reading->segment, "segment %s (%s)",
                text_of(arena, segment, 2), reading->name);
    if (strcmp(code, "8") == 0)
        return;
    buf_addf(&reading->errors, "%s: ", reading->segment);
    add_error(reading, reading->new_names ? "IK304" : "AK304", code);
}

static void
take_ak4(struct reading *reading, const struct x12_segment *segment)
{
    struct arena *arena = reading->arena;
    struct x12_element place = x12_get(segment, 1);
    struct x12_element parts[] = {
        x12_component(place, reading->component, 1),
        x12_component(place, reading->component, 2),
    };
    struct x12_segment numbers = { .elements = parts, .count = 2 };
    uint32_t component = number_at(arena, &numbers, 2);

    buf_addf(&reading->errors, "%s, %s%02u", reading->segment, reading->name,
             number_at(arena, &numbers, 1));
    if (component > 0)
        buf_addf(&reading->errors, "-%u", component);
    buf_adds(&reading->errors, ": ");
    add_error(reading, reading->new_names ? "IK403" : "AK403",
              text_of(arena, segment, 3));
}

static void
take_ak5(struct reading *reading, const struct x12_segment *segment)
{
    struct x12_element verdict = x12_get(segment, 1);
    size_t size;

    for (uint32_t i = 2; i <= 6; i++)
        add_error(reading, reading->new_names ? "IK502" : "AK502",
                  text_of(reading->arena, segment, i));
    if (reading->set == NULL)
        return;
    size = reading->errors.size;
    reading->set->verdict = verdict.size == 1 ? verdict.text[0] : '\0';
    reading->set->errors = arena_strndup(
        reading->arena, buf_text(&reading->errors), size > 2 ? size - 2 : 0);
    reading->set = NULL;
}

static void
take_ak9(struct reading *reading, const struct x12_segment *segment)
{
    struct x12_element verdict = x12_get(segment, 1);
    struct x12_acked_group *group = reading->group;

    group->verdict = verdict.size == 1 ? verdict.text[0] : '\0';
    group->claimed = number_at(reading->arena, segment, 2);
    group->received = number_at(reading->arena, segment, 3);
    group->accepted = number_at(reading->arena, segment, 4);
    reading->ak9 = group->verdict != '\0';
}

/* AK3 or IK3 */
static bool
is_either(const struct x12_segment *segment, const char *name)
{
    return strchr("AI", segment->id[0]) != NULL &&
           strcmp(segment->id + 1, name) == 0;
}

static void
take(struct reading *reading, const struct x12_segment *segment)
{
    if (strcmp(segment->id, "AK1") == 0) {
        reading->group->functional_id = text_of(reading->arena, segment, 1);
        reading->group->control = text_of(reading->arena, segment, 2);
        reading->ak1 = true;
    } else if (strcmp(segment->id, "AK2") == 0) {
        take_ak2(reading, segment);
    } else if (is_either(segment, "K3")) {
        take_ak3(reading, segment);
    } else if (is_either(segment, "K4")) {
        take_ak4(reading, segment);
    } else if (is_either(segment, "K5")) {
        take_ak5(reading, segment);
    } else if (strcmp(segment->id, "AK9") == 0) {
        take_ak9(reading, segment);
    }
}

bool
x12_ack_read(const struct x12_set *set, struct arena *arena,
             struct x12_acked_group *group, struct err *err)
{
    struct reading reading CLEANUP(free_reading) = { .arena = arena,
                                                     .group = group };

    reading.component = set->delimiters.component;
    reading.new_names = strcmp(set->id, "999") == 0;
    if (strcmp(set->id, "997") != 0 && !reading.new_names)
        return err_set(err, TP2201, "found a set %s, expected a 997 or 999",
                       set->id);
    *group = (struct x12_acked_group){ .functional_id = "", .control = "" };
    for (const struct x12_node *node = set->first; node != NULL;
         node = x12_following(node))
        take(&reading, &node->segment);
    if (!reading.ak1)
        return err_set(err, TP2201, "the %s %s has no AK1", set->id,
                       set->control ? set->control : "");
    if (!reading.ak9)
        return err_set(err, TP2201, "the %s %s has no AK9 with a verdict",
                       set->id, set->control ? set->control : "");
    return true;
}

char
x12_acked_verdict(const struct x12_acked_group *group, const char *set_id,
                  const char *control)
{
    for (const struct x12_acked_set *s = group->sets; s != NULL; s = s->next)
        if (strcmp(s->id, set_id) == 0 && strcmp(s->control, control) == 0)
            return s->verdict;
    /* Only the sets in error are told of in an AK9 with P or E. */
    if (group->verdict == 'P' || group->verdict == 'E')
        return group->sets != NULL ? 'A' : '\0';
    return group->verdict;
}

bool
x12_ack_read_ta1(const struct x12_segment *segment, struct arena *arena,
                 struct x12_acked_interchange *ack, struct err *err)
{
    struct x12_element verdict = x12_get(segment, 4);

    if (strcmp(segment->id, "TA1") != 0 || x12_get(segment, 1).size == 0 ||
        verdict.size != 1)
        return err_set(err, TP2201,
                       "the TA1 lacks its control number or verdict");
    ack->control = text_of(arena, segment, 1);
    ack->date = text_of(arena, segment, 2);
    ack->time = text_of(arena, segment, 3);
    ack->verdict = verdict.text[0];
    ack->note = text_of(arena, segment, 5);
    return true;
}
