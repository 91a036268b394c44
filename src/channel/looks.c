/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/when.h"
#include "channel/channel_private.h"

/* A file as it was seen: name, size and time in one number. Two files that
 * share the number at worst are taken a little early; what they hold is
 * checked again. */
struct look {
    uint64_t key;
    int64_t since; /* when_steady() */
};

struct pile {
    struct look *looks;
    size_t count, room;
};

struct looks {
    int64_t still_ns;
    struct pile before, now; /* before is sorted */
};

struct looks *
looks_new(long still_seconds)
{
    struct looks *looks = obtain(sizeof *looks);

    looks->still_ns = (int64_t)still_seconds * 1000000000;
    return looks;
}

void
looks_free(struct looks **looks)
{
    if (*looks == NULL)
        return;
    release(&(*looks)->before.looks);
    release(&(*looks)->now.looks);
    release(looks);
}

/* FNV-1a */
static uint64_t
mix(uint64_t key, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < size; i++)
        key = (key ^ at[i]) * 1099511628211u;
    return key;
}

static uint64_t
key_of(const struct listed *file)
{
    uint64_t key = mix(14695981039346656037u, file->name, strlen(file->name));

    key = mix(key, &file->size, sizeof file->size);
    return mix(key, &file->modified, sizeof file->modified);
}

static int
compare(const void *a, const void *b)
{
    const struct look *one = a, *other = b;

    return (one->key > other->key) - (one->key < other->key);
}

static void
pile_add(struct pile *pile, struct look look)
{
    if (pile->count == pile->room) {
        size_t room = pile->room ? pile->room * 2 : 64;
        pile->looks = obtain_more(pile->looks, pile->room * sizeof look,
                                  room * sizeof look);
        pile->room = room;
    }
    pile->looks[pile->count++] = look;
}

bool
looks_still(struct looks *looks, const struct listed *file)
{
    struct look look = { key_of(file), when_steady() };
    const struct look *before =
        looks->before.count == 0
            ? NULL
            : bsearch(&look, looks->before.looks, looks->before.count,
                      sizeof look, compare);
    int64_t now = look.since;

    if (before != NULL)
        look.since = before->since;
    pile_add(&looks->now, look);
    if (before != NULL && now - look.since >= looks->still_ns)
        return true;
    /* The real clock: the file's time is real too, whatever a test says. */
    return looks->still_ns == 0 ||
           (file->modified > 0 && (int64_t)time(NULL) - file->modified >=
                                      looks->still_ns / 1000000000);
}

void
looks_end(struct looks *looks)
{
    struct pile spare = looks->before;

    if (looks->now.count > 0)
        qsort(looks->now.looks, looks->now.count, sizeof *looks->now.looks,
              compare);
    looks->before = looks->now;
    spare.count = 0;
    looks->now = spare;
}
