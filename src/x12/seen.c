/* SPDX-License-Identifier: Apache-2.0 */
/* Control numbers that occurred. Most senders count upwards: runs of numbers
 * take no memory, whatever else comes is marked one by one. */
#include <string.h>

#include "base/arena.h"
#include "x12/read_private.h"

enum { DIGITS_MAX = 9 };

uint64_t
mark(uint64_t start, const char *text)
{
    uint64_t key = start ? start : 14695981039346656037u;

    for (;; text++) {
        key = (key ^ (unsigned char)*text) * 1099511628211u;
        if (*text == '\0')
            return key ? key : 1;
    }
}

/* The key is not there yet. */
static void
put(struct seen *seen, uint64_t key)
{
    size_t at = (size_t)(key >> 7) & (seen->size - 1);

    while (seen->keys[at] != 0)
        at = (at + 1) & (seen->size - 1);
    seen->keys[at] = key;
    seen->count++;
}

static void
remember(struct seen *seen, uint64_t key)
{
    if (seen->count * 2 >= seen->size) {
        struct seen bigger = { .size = seen->size ? seen->size * 2 : 64 };
        bigger.keys = obtain(bigger.size * sizeof *bigger.keys);
        for (size_t i = 0; i < seen->size; i++)
            if (seen->keys[i] != 0)
                put(&bigger, seen->keys[i]);
        release(&seen->keys);
        seen->keys = bigger.keys;
        seen->size = bigger.size;
    }
    put(seen, key);
}

static bool
marked(const struct seen *seen, uint64_t key)
{
    size_t at = (size_t)(key >> 7) & (seen->size - 1);

    for (; seen->keys[at] != 0; at = (at + 1) & (seen->size - 1))
        if (seen->keys[at] == key)
            return true;
    return false;
}

/* The number with its count of digits: 0001 is not 1. -1 = it is none. */
static int64_t
numbered(const char *text)
{
    int64_t number = 0;
    int size = 0;

    for (; text[size] != '\0'; size++) {
        unsigned digit = (unsigned)(text[size] - '0');
        if (digit > 9 || size == DIGITS_MAX)
            return -1;
        number = number * 10 + digit;
    }
    return size > 0 ? number + size * INT64_C(1000000000) : -1;
}

bool
seen_control(struct seen *seen, uint64_t of, const char *text)
{
    int64_t number = numbered(text);
    struct seen_run *grows = NULL;

    for (uint32_t i = 0; number >= 0 && i < seen->run_count; i++) {
        struct seen_run *run = &seen->runs[i];
        if (run->of != of)
            continue;
        if (number >= run->first && number <= run->last)
            return true;
        if (number == run->last + 1)
            grows = run;
    }
    if (seen->count > 0 && marked(seen, mark(of, text)))
        return true;
    if (grows != NULL) {
        grows->last++;
        return false;
    }
    if (number < 0 || seen->run_count == SEEN_RUNS)
        remember(seen, mark(of, text));
    else
        seen->runs[seen->run_count++] = (struct seen_run){ of, number, number };
    return false;
}

/* ISA13 and GS06 are numbers: 1 is 01. */
static const char *
without_zeros(const char *number)
{
    size_t size = strlen(number);

    while (size > 1 && *number == '0' && strspn(number, "0123456789") == size) {
        number++;
        size--;
    }
    return number;
}

void
check_unique_interchange(struct x12_reader *reader)
{
    const struct x12_interchange *it = reader->interchange;
    uint64_t of = mark(0, it->sender_qualifier);

    of = mark(mark(mark(of, it->sender), it->receiver_qualifier), it->receiver);
    reader->interchange_again =
        seen_control(&reader->interchanges, of, without_zeros(it->control));
    if (reader->interchange_again)
        note_sin(reader, X12_DUPLICATE_INTERCHANGE, "TA105=025", NULL,
                 "the interchange %s from %s is in this file before",
                 it->control, it->sender);
}

/* A group is known by its kind, its parties and its number. The standard asks
 * for one number in one interchange; that many senders start anew in each is
 * a sin of its own. What stands in an interchange that is there twice is. */
void
check_unique_group(struct x12_reader *reader)
{
    const struct x12_group *group = reader->group;
    struct x12_element element = x12_get(&reader->segment, 6);
    struct spot spot = { .element = 6, .value = &element };
    uint64_t of = mark(0, group->functional_id);
    const char *number = without_zeros(group->control);
    bool old = strncmp(group->version, "005", 3) < 0;
    const char *code = old ? "AK905=6" : "AK905=19";

    of = mark(mark(of, group->sender), group->receiver);
    bool again = seen_control(&reader->groups_of_file, of, number);
    if (seen_control(&reader->groups, of, number))
        note_sin(reader, X12_DUPLICATE_GROUP, code, &spot,
                 "the group %s is in this interchange before", group->control);
    else if (again && !reader->interchange_again)
        note_sin(reader, X12_DUPLICATE_GROUP_IN_FILE, code, &spot,
                 "the group %s is in another interchange of this file",
                 group->control);
}

void
seen_clear(struct seen *seen)
{
    release(&seen->keys);
    *seen = (struct seen){ 0 };
}
