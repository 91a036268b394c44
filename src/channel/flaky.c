/* SPDX-License-Identifier: Apache-2.0 */
/* A channel around another one that fails by chance, for tests. */
#include "base/arena.h"
#include "channel/channel_private.h"
#include "channel/mem.h"

struct flaky {
    struct channel *inner;
    uint64_t chance; /* state of the generator */
    long retry, unsure;
};

static const struct setting flaky_settings[] = {
    { .name = "kind",
      .type = SETTING_TEXT,
      .about = "flaky",
      .required = true },
    { .name = "seed", .type = SETTING_NUMBER, .fallback = "1" },
    { .name = "retry",
      .type = SETTING_NUMBER,
      .fallback = "20",
      .about = "per cent of calls and parcels that fail" },
    { .name = "unsure",
      .type = SETTING_NUMBER,
      .fallback = "10",
      .about = "per cent of parcels that end in doubt" },
    { .name = "inner",
      .type = SETTING_FREE,
      .required = true,
      .about = "the channel that does the work" },
    { .name = NULL }
};

/* 0 to 99 (SplitMix64). */
static long
roll(struct flaky *flaky)
{
    uint64_t mixed = flaky->chance += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (long)((mixed ^ mixed >> 31) % 100);
}

static bool
fails(struct flaky *flaky, struct err *err)
{
    return roll(flaky) < flaky->retry &&
           !err_set(err, TP5002, "broken by chance");
}

static bool
flaky_open(struct channel *channel, struct err *err)
{
    const struct conf_group *inner = conf_sub(channel->group, "inner");
    struct flaky *flaky = channel->state = obtain(sizeof *flaky);

    flaky->chance = (uint64_t)conf_number(channel->group, "seed", 1);
    flaky->retry = conf_number(channel->group, "retry", 20);
    flaky->unsure = conf_number(channel->group, "unsure", 10);
    if (inner == NULL)
        return err_set(err, TP5050, "a channel of kind flaky needs inner");
    return channel_open(&flaky->inner, inner, &channel->secrets, err);
}

static void
flaky_close(struct channel *channel)
{
    struct flaky *flaky = channel->state;

    if (flaky == NULL)
        return;
    channel_close(&flaky->inner);
    release(&flaky);
    channel->state = NULL;
}

static bool
break_off(void *user, struct parcel *parcels, size_t count, struct err *err)
{
    (void)user, (void)parcels, (void)count;
    return err_set(err, TP5047, "broken by chance, not sent");
}

/* One that ends in doubt and is not sent lies there under its temporary name.
 */
static void
put_one(struct flaky *flaky, struct parcel *parcel)
{
    static const struct channel_ready broken = { break_off, NULL };
    struct channel *inner = flaky->inner;
    bool doubt = roll(flaky) < flaky->unsure;
    bool stays = doubt && roll(flaky) < 50;

    if (!inner->ops->put(inner, parcel, 1, stays ? &broken : NULL,
                         &parcel->err) ||
        !doubt || !parcel->sent)
        return;
    parcel->sent = false;
    parcel->evidence[0] = '\0';
    err_set(&parcel->err, TP5047, "broken by chance, sent");
}

static bool
flaky_put(struct channel *channel, struct parcel *parcels, size_t count,
          const struct channel_ready *ready, struct err *err)
{
    struct flaky *flaky = channel->state;

    if (fails(flaky, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        parcels[i].sent = false;
        err_clear(&parcels[i].err);
        parcels[i].begun = !fails(flaky, &parcels[i].err);
    }
    if (!parcels_ready(parcels, count, ready))
        return true;
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun)
            put_one(flaky, &parcels[i]);
    return true;
}

static bool
flaky_list(struct channel *channel, struct arena *arena,
           struct listing *listing, struct err *err)
{
    struct flaky *flaky = channel->state;

    return !fails(flaky, err) &&
           flaky->inner->ops->list(flaky->inner, arena, listing, err);
}

static bool
flaky_get(struct channel *channel, const struct listed *file, struct buf *into,
          struct err *err)
{
    struct flaky *flaky = channel->state;

    return !fails(flaky, err) &&
           flaky->inner->ops->get(flaky->inner, file, into, err);
}

/* Half of those that fail have removed the file all the same. */
static bool
flaky_remove(struct channel *channel, const struct listed *file,
             struct err *err)
{
    struct flaky *flaky = channel->state;
    struct err chance = { 0 };
    bool bad = fails(flaky, &chance);

    if ((!bad || roll(flaky) < 50) &&
        !flaky->inner->ops->remove(flaky->inner, file, err))
        return false;
    if (bad)
        *err = chance;
    return !bad;
}

static bool
flaky_find(struct channel *channel, const char *name, size_t size,
           enum channel_found *found, struct err *err)
{
    struct flaky *flaky = channel->state;

    return !fails(flaky, err) &&
           flaky->inner->ops->find(flaky->inner, name, size, found, err);
}

static bool
flaky_probe(struct channel *channel, struct buf *report, struct err *err)
{
    struct flaky *flaky = channel->state;

    return !fails(flaky, err) &&
           flaky->inner->ops->probe(flaky->inner, report, err);
}

struct channel *
channel_flaky_inner(struct channel *channel)
{
    return ((struct flaky *)channel->state)->inner;
}

const struct channel_ops channel_flaky = {
    .name = "flaky",
    .about = "fails by chance around another channel, for tests",
    .settings = flaky_settings,
    .open = flaky_open,
    .close = flaky_close,
    .put = flaky_put,
    .list = flaky_list,
    .get = flaky_get,
    .remove = flaky_remove,
    .find = flaky_find,
    .probe = flaky_probe,
};
