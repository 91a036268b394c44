/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "x12/write_private.h"

/* Which bytes the values of an interchange hold. */
struct census {
    bool held[256];
};

void
marks_version(const struct x12_envelope *envelope, char out[6])
{
    const char *version = envelope->version;

    if (version == NULL && envelope->group_count > 0)
        version = envelope->groups[0].version;
    text_copy(out, 6, version ? version : "00401");
}

uint32_t
x12_binary(const struct x12_segment *segment)
{
    if (strcmp(segment->id, "BIN") == 0 && segment->count == 2)
        return 2;
    return strcmp(segment->id, "BDS") == 0 && segment->count == 3 ? 3 : 0;
}

static void
count_segment(struct census *census, const struct x12_segment *segment,
              const struct x12_delimiters *inner)
{
    uint32_t binary = x12_binary(segment);

    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = x12_get(segment, i);
        for (uint32_t at = 0; at < value.size && i != binary; at++)
            if (value.text[at] != inner->component &&
                value.text[at] != inner->repetition)
                census->held[(unsigned char)value.text[at]] = true;
    }
}

static void
count_text(struct census *census, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        census->held[(unsigned char)*text] = true;
}

static void
count_group(struct census *census, const struct x12_out_group *group)
{
    count_text(census, group->sender);
    count_text(census, group->receiver);
    for (size_t i = 0; i < group->count; i++)
        for (const struct x12_node *node = group->sets[i]->first; node != NULL;
             node = x12_following(node))
            count_segment(census, &node->segment, &group->sets[i]->delimiters);
}

static char
free_mark(const struct census *census)
{
    static const char others[] = "*~>^|:!<`\\\x1D\x1C\x1F\x1E\x15\x07";

    for (const char *at = others; *at != '\0'; at++)
        if (!census->held[(unsigned char)*at])
            return *at;
    return '\0';
}

/* Marks that no value holds stay; the others become what neither a value nor
 * another mark is. When there is nothing left they stay too, and the writer
 * refuses the value. */
static void
avoid(struct census *census, char *const *marks, size_t count)
{
    bool clash[8] = { false };

    for (size_t i = 0; i < count; i++)
        clash[i] = *marks[i] != '\0' && census->held[(unsigned char)*marks[i]];
    for (size_t i = 0; i < count; i++)
        census->held[(unsigned char)*marks[i]] = true;
    for (size_t i = 0; i < count; i++) {
        char other = clash[i] ? free_mark(census) : '\0';
        if (other == '\0')
            continue;
        *marks[i] = other;
        census->held[(unsigned char)other] = true;
    }
}

static void
avoid_values(const struct x12_envelope *envelope, struct x12_delimiters *marks)
{
    struct census census = { 0 };
    char *const all[] = { &marks->element, &marks->component,
                          &marks->terminator, &marks->repetition };

    count_text(&census, envelope->sender);
    count_text(&census, envelope->receiver);
    for (size_t i = 0; i < envelope->group_count; i++)
        count_group(&census, &envelope->groups[i]);
    avoid(&census, all, sizeof all / sizeof all[0]);
}

static char
or_mark(char mark, char other)
{
    return mark ? mark : other;
}

/* Repetitions are separated since 00402, and delimiters released since 00704.
 */
struct x12_delimiters
marks_choose(const struct x12_envelope *envelope)
{
    const struct x12_delimiters *given = &envelope->delimiters;
    struct x12_delimiters marks = {
        .element = or_mark(given->element, '*'),
        .component = or_mark(given->component, '>'),
        .terminator = or_mark(given->terminator, '~'),
    };
    char version[6];

    marks_version(envelope, version);
    if (strcmp(version, "00402") >= 0)
        marks.repetition = or_mark(given->repetition, '^');
    if (strcmp(version, "00704") >= 0)
        marks.release = given->release;
    if (envelope->clash == X12_CLASH_CHOOSE && marks.release == '\0')
        avoid_values(envelope, &marks);
    return marks;
}
