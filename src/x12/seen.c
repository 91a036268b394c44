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

static bool
put(struct seen *seen, uint64_t key)
{
    size_t at = (size_t)(key >> 7) & (seen->size - 1);

    for (; seen->keys[at] != 0; at = (at + 1) & (seen->size - 1))
        if (seen->keys[at] == key)
            return true;
    seen->keys[at] = key;
    seen->count++;
    return false;
}

bool
seen_before(struct seen *seen, uint64_t key)
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
    return put(seen, key);
}

static bool
marked(const struct seen *seen, uint64_t key)
{
    size_t at = (size_t)(key >> 7) & (seen->size - 1);

    if (seen->count == 0)
        return false;
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
    size_t size = strlen(text);

    if (size == 0 || size > DIGITS_MAX)
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number + (int64_t)size * 1000000000;
}

bool
seen_control(struct seen *seen, const char *text)
{
    int64_t number = numbered(text);

    for (uint32_t i = 0; number >= 0 && i < seen->run_count; i++)
        if (number >= seen->runs[i].first && number <= seen->runs[i].last)
            return true;
    if (marked(seen, mark(0, text)))
        return true;
    for (uint32_t i = 0; number >= 0 && i < seen->run_count; i++) {
        if (number == seen->runs[i].last + 1) {
            seen->runs[i].last++;
            return false;
        }
    }
    if (number < 0 || seen->run_count == SEEN_RUNS)
        return seen_before(seen, mark(0, text));
    seen->runs[seen->run_count++] = (struct seen_run){ number, number };
    return false;
}

void
seen_clear(struct seen *seen)
{
    release(&seen->keys);
    *seen = (struct seen){ 0 };
}
