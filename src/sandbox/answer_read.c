/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "sandbox/answer.h"

enum { ISA_SIZE = 106 };

static void
split(struct arena *arena, const char *text, size_t size, char separator,
      struct segment *out)
{
    char *copy = arena_strndup(arena, text, size);
    for (size_t i = 0; i < ELEMENTS; i++)
        out->elements[i] = "";
    for (size_t i = 0; i < ELEMENTS && copy; i++) {
        char *end = strchr(copy, separator);
        out->elements[i] = copy;
        if (end)
            *end++ = '\0';
        copy = end;
    }
}

/* Segments of one interchange, up to IEA; *at moves behind it. */
static struct segment *
read_segments(struct arena *arena, const struct buf *bytes, size_t *at,
              size_t *count)
{
    char separator = bytes->text[*at + 3], end = bytes->text[*at + 105];
    size_t most = 1;
    for (size_t i = *at; i < bytes->size; i++)
        most += bytes->text[i] == end;
    struct segment *segments = arena_alloc(arena, most * sizeof *segments);
    for (*count = 0; *at < bytes->size;) {
        while (*at < bytes->size && isspace((unsigned char)bytes->text[*at]))
            (*at)++;
        const char *start = bytes->text + *at;
        const char *stop = memchr(start, end, bytes->size - *at);
        if (!stop)
            break;
        *at += (size_t)(stop - start) + 1;
        split(arena, start, (size_t)(stop - start), separator,
              &segments[*count]);
        if (text_equal(segments[(*count)++].elements[0], "IEA"))
            break;
    }
    return segments;
}

static size_t
find_end(const struct segment *segments, size_t from, size_t count,
         const char *tag)
{
    while (from < count && !text_equal(segments[from].elements[0], tag))
        from++;
    return from;
}

static void
read_sets(struct arena *arena, struct segment *segments, size_t count,
          struct group *group)
{
    group->sets = arena_alloc(arena, (count + 1) * sizeof *group->sets);
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(segments[i].elements[0], "ST"))
            continue;
        size_t end = find_end(segments, i, count, "SE");
        group->sets[group->count++] =
            (struct set){ .id = segments[i].elements[1],
                          .control = segments[i].elements[2],
                          .segments = &segments[i],
                          .count = end - i + 1 };
        i = end;
    }
}

static struct letter *
read_one(struct arena *arena, const struct buf *bytes, size_t *at)
{
    size_t count;
    struct letter *letter = arena_alloc(arena, sizeof *letter);
    letter->separator = bytes->text[*at + 3];
    struct segment *segments = read_segments(arena, bytes, at, &count);
    letter->isa = segments[0];
    letter->groups = arena_alloc(arena, (count + 1) * sizeof *letter->groups);
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(segments[i].elements[0], "GS"))
            continue;
        size_t end = find_end(segments, i, count, "GE");
        struct group *group = &letter->groups[letter->count++];
        letter->gs = segments[i];
        group->function = segments[i].elements[1];
        group->control = segments[i].elements[6];
        group->version = segments[i].elements[8];
        read_sets(arena, &segments[i], end - i, group);
        i = end;
    }
    return letter;
}

struct letter *
letter_read(struct arena *arena, const struct buf *bytes)
{
    struct letter *first = NULL, **last = &first;
    for (size_t at = 0; at + ISA_SIZE <= bytes->size;) {
        if (memcmp(bytes->text + at, "ISA", 3) != 0) {
            at++;
            continue;
        }
        *last = read_one(arena, bytes, &at);
        last = &(*last)->next;
    }
    return first;
}

const struct segment *
set_find(const struct set *set, const char *tag, size_t *from)
{
    for (size_t i = *from; i < set->count; i++)
        if (text_equal(set->segments[i].elements[0], tag)) {
            *from = i + 1;
            return &set->segments[i];
        }
    *from = set->count;
    return NULL;
}

const char *
pair_value(const struct segment *segment, size_t first, const char *qualifier)
{
    for (size_t i = first; i + 1 < ELEMENTS; i += 2)
        if (text_equal(segment->elements[i], qualifier))
            return segment->elements[i + 1];
    return "";
}
