/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/mem.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/channel_private.h"

struct mem_file {
    char *name;
    struct buf bytes;
    struct mem_file *next;
};

struct mem {
    struct mem_file *staged, *sent, *offered;
};

static const struct setting mem_settings[] = {
    { .name = "kind", .type = SETTING_TEXT, .about = "mem", .required = true },
    { .name = NULL }
};

/* The link that holds the file, or the one at the end. */
static struct mem_file **
locate(struct mem_file **first, const char *name)
{
    while (*first != NULL && !text_equal((*first)->name, name))
        first = &(*first)->next;
    return first;
}

static void
store(struct mem_file **first, const char *name, const void *bytes, size_t size)
{
    struct mem_file **link = locate(first, name);

    if (*link == NULL) {
        *link = obtain(sizeof **link);
        (*link)->name = obtain_text(name);
    }
    buf_clear(&(*link)->bytes);
    buf_add(&(*link)->bytes, bytes, size);
}

static void
drop(struct mem_file **link)
{
    struct mem_file *file = *link;

    *link = file->next;
    release(&file->name);
    buf_free(&file->bytes);
    release(&file);
}

static size_t
count_of(const struct mem_file *file)
{
    size_t count = 0;

    for (; file != NULL; file = file->next)
        count++;
    return count;
}

void
channel_mem_offer(struct channel *channel, const char *name, const void *bytes,
                  size_t size)
{
    struct mem *mem = channel->state;

    store(&mem->offered, name, bytes, size);
}

bool
channel_mem_sent(struct channel *channel, const char *name, struct buf *out)
{
    struct mem *mem = channel->state;
    const struct mem_file *file = *locate(&mem->sent, name);

    if (file != NULL)
        buf_add(out, file->bytes.text, file->bytes.size);
    return file != NULL;
}

void
channel_mem_take(struct channel *channel, const char *name)
{
    struct mem *mem = channel->state;

    if (*locate(&mem->sent, name) != NULL)
        drop(locate(&mem->sent, name));
}

size_t
channel_mem_sent_count(struct channel *channel)
{
    return count_of(((struct mem *)channel->state)->sent);
}

size_t
channel_mem_offered_count(struct channel *channel)
{
    return count_of(((struct mem *)channel->state)->offered);
}

static bool
mem_open(struct channel *channel, struct err *err)
{
    (void)err;
    channel->state = obtain(sizeof(struct mem));
    return true;
}

static void
mem_close(struct channel *channel)
{
    struct mem *mem = channel->state;

    if (mem == NULL)
        return;
    while (mem->staged != NULL)
        drop(&mem->staged);
    while (mem->sent != NULL)
        drop(&mem->sent);
    while (mem->offered != NULL)
        drop(&mem->offered);
    release(&mem);
    channel->state = NULL;
}

/* From the temporary name to the final one. */
static void
give_name(struct mem *mem, struct parcel *parcel)
{
    store(&mem->sent, parcel->name, parcel->bytes, parcel->size);
    drop(locate(&mem->staged, parcel->name));
    parcel->sent = true;
    text_format(parcel->evidence, sizeof parcel->evidence,
                "%zu bytes in memory", parcel->size);
}

static bool
mem_put(struct channel *channel, struct parcel *parcels, size_t count,
        const struct channel_ready *ready, struct err *err)
{
    struct mem *mem = channel->state;

    (void)err;
    for (size_t i = 0; i < count; i++) {
        struct parcel *parcel = &parcels[i];
        parcel->sent = false;
        err_clear(&parcel->err);
        parcel->begun = name_check_ours(parcel->name, &parcel->err);
        if (parcel->begun)
            store(&mem->staged, parcel->name, parcel->bytes, parcel->size);
    }
    if (!parcels_ready(parcels, count, ready))
        return true;
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun)
            give_name(mem, &parcels[i]);
    return true;
}

static bool
mem_list(struct channel *channel, struct arena *arena, struct listing *listing,
         struct err *err)
{
    struct mem *mem = channel->state;

    (void)err;
    memset(listing, 0, sizeof *listing);
    listing->files = arena_alloc(arena, (count_of(mem->offered) + 1) *
                                            sizeof(struct listed));
    for (const struct mem_file *f = mem->offered; f != NULL; f = f->next) {
        struct found found = { .name = f->name,
                               .name_size = strlen(f->name),
                               .size = (int64_t)f->bytes.size };
        listing_add(listing, &found, "*", NULL);
    }
    return true;
}

static bool
mem_get(struct channel *channel, const struct listed *file, struct buf *into,
        struct err *err)
{
    struct mem *mem = channel->state;
    const struct mem_file *held = *locate(&mem->offered, file->name);

    if (held == NULL)
        return err_set(err, TP5048, "%s is no longer there", file->name);
    if (held->bytes.size > channel->max_bytes)
        return err_set(err, TP5045, "%s has %zu bytes; at most %zu are taken",
                       file->name, held->bytes.size, channel->max_bytes);
    buf_add(into, held->bytes.text, held->bytes.size);
    return true;
}

static bool
mem_remove(struct channel *channel, const struct listed *file, struct err *err)
{
    struct mem *mem = channel->state;
    struct mem_file **link = locate(&mem->offered, file->name);

    (void)err;
    if (*link != NULL)
        drop(link);
    return true;
}

static bool
mem_find(struct channel *channel, const char *name, size_t size,
         enum channel_found *found, struct err *err)
{
    struct mem *mem = channel->state;
    const struct mem_file *file = *locate(&mem->sent, name);

    (void)err;
    if (file != NULL)
        *found = file->bytes.size == size ? FOUND_THERE : FOUND_NO;
    else
        *found = *locate(&mem->staged, name) ? FOUND_NO : FOUND_TAKEN;
    return true;
}

static bool
mem_probe(struct channel *channel, struct buf *report, struct err *err)
{
    struct mem *mem = channel->state;

    (void)err;
    buf_addf(report, "put: %zu files in memory\nget: %zu files in memory\n",
             count_of(mem->sent), count_of(mem->offered));
    return true;
}

const struct channel_ops channel_mem = {
    .name = "mem",
    .about = "a partner in memory, for tests",
    .settings = mem_settings,
    .open = mem_open,
    .close = mem_close,
    .put = mem_put,
    .list = mem_list,
    .get = mem_get,
    .remove = mem_remove,
    .find = mem_find,
    .probe = mem_probe,
};
