/* SPDX-License-Identifier: Apache-2.0 */
/* Who sends wrong secrets is not heard for a while. The table is bounded: the
 * source that was bad longest ago makes room. */
#include <arpa/inet.h>
#include <string.h>

#include "web/web_private.h"

enum { SOURCES = 1024, WINDOW_SECONDS = 60 };
#define SECOND INT64_C(1000000000)

struct source {
    char name[48];
    long bad;
    int64_t since, until; /* of when_steady(); until 0: not shut out */
};

struct penalties {
    struct source sources[SOURCES];
    long most, seconds;
};

struct penalties *
penalties_new(struct arena *arena, long most, long seconds)
{
    struct penalties *new = arena_alloc(arena, sizeof *new);

    new->most = most;
    new->seconds = seconds;
    return new;
}

/* Whoever has one address of IPv6 has 2^64 of them. */
static void
name_of_source(const char *address, char out[48])
{
    struct in6_addr bytes;

    text_copy(out, 48, address);
    if (inet_pton(AF_INET6, address, &bytes) != 1)
        return;
    memset(bytes.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &bytes, out, 48);
}

static struct source *
find(struct penalties *penalties, const char *address, bool make)
{
    struct source *oldest = &penalties->sources[0];
    char name[48];

    name_of_source(address, name);
    for (size_t i = 0; i < SOURCES; i++) {
        struct source *source = &penalties->sources[i];
        if (text_equal(source->name, name))
            return source;
        if (source->since < oldest->since)
            oldest = source;
    }
    if (!make)
        return NULL;
    *oldest = (struct source){ .bad = 0 };
    text_copy(oldest->name, sizeof oldest->name, name);
    return oldest;
}

long
penalty_of(struct penalties *penalties, const char *address)
{
    struct source *source = find(penalties, address, false);
    int64_t now = when_steady();

    if (source == NULL || source->until <= now)
        return 0;
    return (long)((source->until - now) / SECOND) + 1;
}

bool
penalty_add(struct penalties *penalties, const char *address)
{
    struct source *source = find(penalties, address, true);
    int64_t now = when_steady();

    if (now - source->since > WINDOW_SECONDS * SECOND || source->until != 0) {
        source->bad = 0;
        source->until = 0;
    }
    source->since = now;
    if (++source->bad < penalties->most)
        return false;
    source->until = now + penalties->seconds * SECOND;
    return true;
}
