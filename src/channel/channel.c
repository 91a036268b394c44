/* SPDX-License-Identifier: Apache-2.0 */
#include "channel/channel.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/channel_private.h"

enum { DEFAULT_MAX_BYTES = 64 << 20 };

static const struct channel_ops *const kinds[] = { &channel_sftp, &channel_cleo,
                                                   &channel_dir, NULL };

static const struct channel_ops *const test_kinds[] = { &channel_mem,
                                                        &channel_flaky, NULL };

static const struct channel_ops *
look_up(const struct channel_ops *const *table, const char *name)
{
    for (; *table != NULL; table++)
        if (text_equal((*table)->name, name))
            return *table;
    return NULL;
}

const struct channel_ops *
channel_kind(const char *name)
{
    const struct channel_ops *ops = look_up(kinds, name);

    return ops != NULL ? ops : look_up(test_kinds, name);
}

const struct channel_ops *const *
channel_kinds(void)
{
    return kinds;
}

static bool
no_such_kind(const char *name, struct err *err)
{
    const char *names[sizeof kinds / sizeof *kinds] = { NULL };
    const char *near;

    for (size_t i = 0; kinds[i] != NULL; i++)
        names[i] = kinds[i]->name;
    near = text_nearest(name, names, sizeof names / sizeof *names);
    return err_set(err, TP5050, "no kind of channel \"%.60s\"%s%s%s", name,
                   near ? "; did you mean \"" : "", near ? near : "",
                   near ? "\"?" : "");
}

bool
channel_open(struct channel **out, const struct conf_group *group,
             const struct channel_secrets *secrets, struct err *err)
{
    const char *kind = conf_text(group, "kind", "");
    const struct channel_ops *ops = channel_kind(kind);
    struct channel *channel;

    if (ops == NULL) {
        no_such_kind(kind, err);
        return err_at(err, "%s", conf_place(group));
    }
    channel = obtain(sizeof *channel);
    channel->ops = ops;
    channel->group = group;
    if (secrets != NULL)
        channel->secrets = *secrets;
    channel->max_bytes =
        (size_t)conf_number(group, "max_bytes", DEFAULT_MAX_BYTES);
    if (!ops->open(channel, err)) {
        channel_close(&channel);
        return false;
    }
    *out = channel;
    return true;
}

void
channel_close(struct channel **channel)
{
    if (*channel == NULL)
        return;
    (*channel)->ops->close(*channel);
    release(channel);
}

bool
parcels_ready(struct parcel *parcels, size_t count,
              const struct channel_ready *ready)
{
    struct err err = { 0 };
    size_t begun = 0;

    for (size_t i = 0; i < count; i++)
        begun += parcels[i].begun;
    if (begun == 0 || ready == NULL ||
        ready->call(ready->user, parcels, count, &err))
        return true;
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun) {
            parcels[i].begun = false;
            parcels[i].err = err;
        }
    return false;
}

const char *const absent_words[] = { "unsent", "unknown", "taken", NULL };

bool
absent_read(const struct channel *channel, bool renames,
            enum channel_found *out, struct err *err)
{
    const char *word =
        conf_text(channel->group, "absent", renames ? "taken" : "unknown");

    *out = text_equal(word, "taken")    ? FOUND_TAKEN
           : text_equal(word, "unsent") ? FOUND_NO
                                        : FOUND_UNKNOWN;
    if (*out != FOUND_TAKEN || renames)
        return true;
    err_set(err, TP5050,
            "absent is \"taken\"; expected unsent or unknown where files are "
            "not renamed");
    return err_at(err, "%s", conf_place(channel->group));
}

bool
setting_text(const struct channel *channel, const char *name, const char **out,
             struct err *err)
{
    *out = conf_text(channel->group, name, NULL);
    if (!text_empty(*out))
        return true;
    err_set(err, TP5050, "a channel of kind %s needs %s", channel->ops->name,
            name);
    return err_at(err, "%s", conf_place(channel->group));
}

bool
setting_secret(const struct channel *channel, const char *name, struct buf *out,
               struct err *err)
{
    const char *secret = conf_text(channel->group, name, NULL);

    if (secret == NULL)
        return true;
    if (channel->secrets.get == NULL)
        return err_set(err, TP5050, "no secrets can be had for %s", name);
    return channel->secrets.get(channel->secrets.user, secret, out, err);
}

void
secret_wipe(struct buf *secret)
{
    if (secret->text != NULL)
        explicit_bzero(secret->text, secret->capacity);
    buf_free(secret);
}

bool
folder_needed(const char *folder, const char *what, struct err *err)
{
    return folder != NULL ||
           err_set(err, TP5050, "the channel has no %s folder", what);
}

bool
path_join(char *out, size_t size, const char *folder, const char *name,
          struct err *err)
{
    const char *slash = text_ends(folder, "/") || folder[0] == '\0' ? "" : "/";

    return text_format(out, size, "%s%s%s", folder, slash, name) ||
           err_set(err, TP5050, "the path %.100s%s... is too long", folder,
                   slash);
}
