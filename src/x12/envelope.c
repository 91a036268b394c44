/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "x12/read_private.h"

enum {
    TA1_MAX = 1000,     /* in one interchange */
    RELEASE_FROM = 704, /* ISA12 */
    TA1_ELEMENTS = 5
};

static const char *
keep(struct x12_reader *reader, uint32_t number)
{
    return keep_element(reader->group_arena, x12_get(&reader->segment, number));
}

/* Numbers are equal with and without leading zeros; other texts byte by
 * byte. */
static bool
same_control(struct x12_element found, const char *expected)
{
    struct x12_element other = { expected, (uint32_t)strlen(expected) };
    long number = number_of(found);

    if (number >= 0 && number == number_of(other))
        return true;
    return x12_is(found, expected);
}

static void
check_control(struct x12_reader *reader, const char *code, uint32_t element,
              const char *header, const char *expected)
{
    struct x12_element found = x12_get(&reader->segment, element);
    struct spot spot = { .element = element, .value = &found };

    if (!same_control(found, expected))
        note_sin(reader, X12_CONTROL_MISMATCH, code, &spot,
                 "found the control number '%.*s', expected '%s' as in %s",
                 SHOWN(found), expected, header);
}

void
check_count(struct x12_reader *reader, const char *code, const char *what,
            uint32_t counted)
{
    struct x12_element found = x12_get(&reader->segment, 1);
    struct spot spot = { .element = 1, .value = &found };

    if (number_of(found) != (long)counted)
        note_sin(reader, X12_COUNT_MISMATCH, code, &spot,
                 "the trailer says '%.*s' %s, there are %u", SHOWN(found), what,
                 counted);
}

void
open_interchange(struct x12_reader *reader, struct x12_interchange *it)
{
    it->ta1 = "000";
    it->verdict = X12_ACCEPTED;
    reader->interchange = it;
    reader->group = reader->last_group = NULL;
    reader->interchange_findings = (struct chain){ .head = &it->findings };
    memset(reader->told, 0, sizeof reader->told);
    reader->interchange_rejected = reader->interchange_strays = false;
    reader->ta1s = NULL;
    reader->orphans = reader->kept = 0;
    reader->indent = false;
    reader->file->totals.interchanges++;
    scan_forget(reader);
    if (reader->keep) {
        if (reader->last_kept != NULL)
            reader->last_kept->next = it;
        else
            reader->file->interchanges = it;
        reader->last_kept = it;
    }
}

static void
finish_group(struct x12_reader *reader, uint64_t end)
{
    struct x12_group *group = reader->group;

    group->size = end - group->offset;
    if (reader->group_rejected)
        group->verdict = X12_REJECTED;
    else if (group->accepted == group->received)
        group->verdict = X12_ACCEPTED;
    else
        group->verdict = group->accepted > 0 ? X12_PARTLY : X12_REJECTED;
    if (reader->group_noted && group->verdict == X12_ACCEPTED)
        group->verdict = X12_WITH_ERRORS;
    if (reader->handler.group_end != NULL)
        reader->handler.group_end(reader->handler.user, group);
    reader->group = NULL;
    seen_clear(&reader->sets);
    if (reader->group_arena != reader->arena)
        arena_reset(reader->group_arena);
}

static void
end_group(struct x12_reader *reader, uint64_t end, bool complete)
{
    struct x12_group *group = reader->group;

    if (reader->set.open)
        set_end(reader, false);
    if (!complete) {
        note_group(reader, "AK905=3", NULL, "the group %s has no GE before %s",
                   group->control,
                   reader->segment.id[0] ? reader->segment.id : "the end");
    } else {
        long claimed = number_of(x12_get(&reader->segment, 1));
        group->claimed = claimed < 0 ? 0 : (uint32_t)claimed;
        reader->consequence = reader->group_strays;
        check_count(reader, "AK905=5", "sets", group->received);
        reader->consequence = false;
        check_control(reader, "AK905=4", 2, "GS06", group->control);
        reader->consequence = reader->group_strays;
        if (group->received == 0)
            note_sin(reader, X12_EMPTY_GROUP, "AK905=5", NULL,
                     "the group holds no set");
        reader->consequence = false;
    }
    finish_group(reader, end);
}

static void
check_group(struct x12_reader *reader)
{
    const struct x12_group *group = reader->group;
    struct x12_element element;
    struct spot spot = { .value = &element };

    element = x12_get(&reader->segment, spot.element = 1);
    if (element.size != KIND_SIZE)
        note_group(reader, "AK905=1", &spot,
                   "found '%s', expected two letters for the kind of sets",
                   group->functional_id);
    element = x12_get(&reader->segment, spot.element = 6);
    if (number_of(element) < 0 || element.size > 9)
        note_group(reader, "AK905=6", &spot,
                   "found '%s', expected a number of at most nine digits",
                   group->control);
    element = x12_get(&reader->segment, spot.element = 8);
    if (*group->version == '\0' || element.size > VERSION_MAX)
        note_group(reader, "AK905=2", &spot,
                   "found '%s', expected a version like 004010",
                   group->version);
}

static void
begin_group(struct x12_reader *reader)
{
    struct x12_group *group = arena_alloc(reader->group_arena, sizeof *group);

    group->functional_id = keep(reader, 1);
    group->sender = keep(reader, 2);
    group->receiver = keep(reader, 3);
    group->date = keep(reader, 4);
    group->time = keep(reader, 5);
    group->control = keep(reader, 6);
    group->agency = keep(reader, 7);
    group->version = keep(reader, 8);
    group->offset = reader->segment.offset;
    group->verdict = X12_ACCEPTED;
    group->interchange = reader->interchange;
    if (reader->last_group != NULL)
        reader->last_group->next = group;
    else if (!reader->options.lean)
        reader->interchange->groups = group;
    reader->last_group = reader->options.lean ? NULL : group;
    reader->group = group;
    reader->last_result = NULL;
    reader->group_findings = (struct chain){ .head = &group->findings };
    reader->group_rejected = reader->group_noted = false;
    reader->group_strays = false;
    reader->orphans = 0;
    reader->interchange->group_count++;
    reader->file->totals.groups++;
    check_group(reader);
    check_unique_group(reader);
    if (reader->handler.group_begin != NULL)
        reader->handler.group_begin(reader->handler.user, group);
}

void
close_interchange(struct x12_reader *reader, uint64_t end, bool complete)
{
    struct x12_interchange *it = reader->interchange;

    if (!complete) {
        reader->segment.id[0] = '\0';
        reader->consequence = reader->state == BROKEN;
        if (reader->state != BROKEN)
            note_interchange(reader, "TA105=023", NULL,
                             "the interchange %s ends without IEA, in %s",
                             it->control,
                             reader->set.open ? "an open set"
                             : reader->group  ? "an open group"
                                              : "the open interchange");
        reader->consequence = true;
    }
    if (reader->group != NULL)
        end_group(reader, end, false);
    reader->consequence = false;
    it->size = end - it->offset;
    if (reader->interchange_rejected) {
        it->verdict = X12_REJECTED;
        if (strcmp(it->ta1, "000") == 0)
            it->ta1 = "022";
    }
    reader->file->totals.documents += it->size;
    if (reader->handler.interchange_end != NULL)
        reader->handler.interchange_end(reader->handler.user, it);
    reader->interchange = NULL;
    seen_clear(&reader->groups);
    reader->state = BETWEEN;
    reader->segment.id[0] = '\0';
    if (!reader->keep)
        arena_reset(reader->arena);
}

static void
end_interchange(struct x12_reader *reader)
{
    struct x12_interchange *it = reader->interchange;

    if (reader->group != NULL)
        end_group(reader, reader->segment.offset, false);
    reader->consequence = reader->interchange_strays;
    check_count(reader, "TA105=021", "groups", it->group_count);
    reader->consequence = false;
    check_control(reader, "TA105=001", 2, "ISA13", it->control);
    close_interchange(reader, reader->base + reader->at, true);
}

/* Nine digits, a date, a time, a verdict and a note of three digits. */
static void
check_ta1(struct x12_reader *reader)
{
    static const char *const expected[TA1_ELEMENTS] = {
        "a control number of nine digits",
        "a date as YYMMDD",
        "a time as HHMM",
        "A, E or R",
        "three digits",
    };

    for (uint32_t i = 1; i <= TA1_ELEMENTS; i++) {
        struct x12_element value = x12_get(&reader->segment, i);
        struct spot spot = { .element = i, .value = &value };
        bool good =
            i == 1   ? value.size == 9 && number_of(value) >= 0
            : i == 2 ? value.size == 6 && real_date(value.text, value.size)
            : i == 3 ? value.size == 4 && real_time(value.text, value.size)
            : i == 4 ? value.size == 1 && strchr("AER", value.text[0]) != NULL
                     : value.size == 3 && number_of(value) >= 0;
        if (!good)
            note_interchange(reader, "TA105=024", &spot,
                             "found '%.*s', expected %s", SHOWN(value),
                             expected[i - 1]);
    }
}

static void
take_ta1(struct x12_reader *reader)
{
    struct x12_interchange *it = reader->interchange;
    uint32_t count = it->ta1_count;
    struct x12_element *elements =
        arena_copy(reader->arena, reader->segment.elements,
                   reader->segment.count * sizeof *elements);

    if ((count & (count - 1)) == 0) { /* room doubles at powers of two */
        struct x12_segment *more =
            arena_alloc(reader->arena, (count ? count * 2 : 1) * sizeof *more);
        if (count > 0)
            memcpy(more, reader->ta1s, count * sizeof *more);
        it->ta1s = reader->ta1s = more;
    }
    struct x12_segment *segment = &reader->ta1s[count];
    *segment = reader->segment;
    segment->elements = elements;
    for (uint32_t i = 0; i < segment->count; i++)
        elements[i].text =
            arena_copy(reader->arena, elements[i].text, elements[i].size);
    it->ta1_count++;
    check_ta1(reader);
}

static const char *
wrong_release(const struct x12_reader *reader, struct x12_element mark)
{
    const struct x12_delimiters *marks = &reader->interchange->delimiters;
    long version = 0;
    char c = mark.size == 1 ? mark.text[0] : '\0';

    if (!text_number(reader->interchange->version, 99999, &version) ||
        version < RELEASE_FROM)
        return "no ISX before version 00704";
    if (c == '\0' || is_alphanumeric(c) || is_space(c) || c == marks->element ||
        c == marks->component || c == marks->repetition ||
        c == marks->terminator)
        return "one character that is no letter, digit, blank or delimiter";
    return NULL;
}

/* ISX01 is the release character: a delimiter behind it is data. */
static void
take_isx(struct x12_reader *reader)
{
    struct x12_element mark = x12_get(&reader->segment, 1);
    struct spot spot = { .element = 1, .value = &mark };
    const char *wrong = wrong_release(reader, mark);

    if (wrong != NULL) {
        note_interchange(reader, "TA105=022", &spot,
                         "found '%.*s' as release character, expected %s",
                         SHOWN(mark), wrong);
        return;
    }
    reader->interchange->delimiters.release = reader->release = mark.text[0];
    /* What splits values from now on is not what stands in the file. */
    reader->delimiters.component = 0x1F;
    reader->delimiters.repetition = 0x1E;
}

/* A segment that stands in no set: told once for each run of them. */
static void
orphan(struct x12_reader *reader)
{
    if (reader->group != NULL)
        reader->group_strays = true;
    else
        reader->interchange_strays = true;
    if (reader->orphans++ > 0)
        return;
    note_interchange(reader, reader->group ? "TA105=024" : "TA105=022", NULL,
                     "found '%s', expected %s", reader->id_text,
                     reader->group ? "ST or GE" : "GS, TA1 or IEA");
}

static void
begin_set(struct x12_reader *reader)
{
    if (reader->set.open)
        set_end(reader, false);
    if (reader->group == NULL) {
        orphan(reader);
        return;
    }
    reader->orphans = 0;
    set_begin(reader);
}

/* True = the segment was one of the envelope's, where it may stand. */
static bool
take_envelope(struct x12_reader *reader)
{
    switch (reader->name) {
    case NAME('S', 'T', 0):
        begin_set(reader);
        return true;
    case NAME('S', 'E', 0):
        if (reader->set.open)
            set_end(reader, true);
        else
            orphan(reader);
        return true;
    case NAME('G', 'S', 0):
        if (reader->group != NULL)
            end_group(reader, reader->segment.offset, false);
        begin_group(reader);
        return true;
    case NAME('G', 'E', 0):
        if (reader->group != NULL)
            end_group(reader, reader->base + reader->at, true);
        else
            orphan(reader);
        return true;
    case NAME('I', 'E', 'A'):
        end_interchange(reader);
        return true;
    case NAME('I', 'S', 'X'):
        if (reader->interchange->group_count > 0 || reader->release != '\0')
            return false;
        take_isx(reader);
        return true;
    case NAME('I', 'S', 'B'): /* grade of service, deferred delivery: to the */
    case NAME('I', 'S', 'E'): /* network, not to us */
        return reader->interchange->group_count == 0 && reader->group == NULL;
    case NAME('T', 'A', '1'):
        if (reader->group != NULL || reader->interchange->ta1_count == TA1_MAX)
            return false;
        take_ta1(reader);
        return true;
    default:
        return false;
    }
}

static void
check_name(struct x12_reader *reader)
{
    if (reader->lower)
        note_sin(reader, X12_LOWER_CASE_IDS, "AK304=1", NULL,
                 "the segment's name '%s' is in lower case", reader->id_text);
    if (reader->trailing) {
        struct spot spot = { .element = reader->segment.count + 1 };
        note_sin(reader, X12_TRAILING_SEPARATORS, "AK403=3", &spot,
                 "the segment ends in empty elements");
    }
}

static void
take_any(struct x12_reader *reader)
{
    bool header =
        reader->name == NAME('G', 'S', 0) || reader->name == NAME('S', 'T', 0);

    show_elements(reader);
    if (!header)
        check_name(reader);
    if (take_envelope(reader)) {
        if (header)
            check_name(reader);
    } else if (reader->set.open) {
        set_take(reader);
    } else {
        orphan(reader);
    }
}

void
take_segment(struct x12_reader *reader)
{
    uint32_t name = reader->name;
    bool common = !is_envelope(name);
    bool counted =
        common || (name != NAME('G', 'E', 0) && name != NAME('I', 'E', 'A') &&
                   name != NAME('G', 'S', 0) && name != NAME('S', 'T', 0));

    if (reader->set.open && counted)
        reader->segment.position = ++reader->set.position;
    if (reader->shows)
        tell_views(reader);
    if (reader->handler.segment != NULL) {
        show_elements(reader);
        reader->handler.segment(reader->handler.user, &reader->segment);
    }
    if (reader->set.open && common && !reader->trailing && !reader->lower)
        set_take(reader);
    else
        take_any(reader);
}
