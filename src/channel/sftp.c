/* SPDX-License-Identifier: Apache-2.0 */
/* A partner's SFTP server: settings, connection, probe. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/sftp_private.h"
#include "net/ssh.h"
#include "net/wire.h"

enum { STILL_SECONDS = 5 };

static const char *const verify_words[] = { "size", "exists", "none", NULL };

static const struct setting sftp_settings[] = {
    { .name = "kind", .type = SETTING_TEXT, .about = "sftp", .required = true },
    { .name = "host",
      .type = SETTING_TEXT,
      .required = true,
      .about = "the partner's server" },
    { .name = "port", .type = SETTING_NUMBER, .fallback = "22" },
    { .name = "user",
      .type = SETTING_TEXT,
      .required = true,
      .about = "our account there" },
    { .name = "key",
      .type = SETTING_SECRET,
      .about = "the private key, ed25519 or ecdsa, without a passphrase" },
    { .name = "password",
      .type = SETTING_SECRET,
      .about = "the password, where no key can be used" },
    { .name = "hostkeys",
      .type = SETTING_TEXTS,
      .about = "fingerprints of the server's keys as ssh-keygen -l shows them "
               "(\"SHA256:...\"); several while it changes them" },
    { .name = "put",
      .type = SETTING_TEXT,
      .about = "the folder that we write to" },
    { .name = "get",
      .type = SETTING_TEXT,
      .about = "the folder that we take from" },
    { .name = "done",
      .type = SETTING_TEXT,
      .about = "where fetched files are moved; none = they are deleted" },
    { .name = "done_file",
      .type = SETTING_TEXT,
      .about = "a suffix such as \".done\": each file is followed by an empty "
               "one of its name and this; only such files are fetched" },
    CHANNEL_PATTERN,
    { .name = "temp",
      .type = SETTING_TEXT,
      .fallback = ".NAME.tmp",
      .about = "the name while a file is written, before it is renamed to "
               "NAME; \"none\" where the server cannot rename" },
    { .name = "verify",
      .type = SETTING_TEXT,
      .fallback = "size",
      .choices = verify_words,
      .about = "what is looked at after the rename; \"none\" where files are "
               "taken or hidden at once" },
    { .name = "absent",
      .type = SETTING_TEXT,
      .choices = absent_words,
      .about = "what it means when we had begun to rename a file, and neither "
               "it nor its temporary copy is there: \"taken\" by the partner, "
               "thus delivered; \"unsent\", it is sent again; \"unknown\", a "
               "person decides. Without it: taken; unknown where temp or "
               "verify is \"none\". Not taken where the server removes old "
               "temporary files, or the partner takes them" },
    CHANNEL_STABLE_SECONDS("5"),
    CHANNEL_MAX_BYTES,
    { .name = "window",
      .type = SETTING_NUMBER,
      .fallback = "128",
      .about = "requests on their way at once; 1 for very odd servers" },
    { .name = "files",
      .type = SETTING_NUMBER,
      .fallback = "64",
      .about = "files in work at once; 1 for odd servers" },
    { .name = NULL }
};

static bool
wrong(const struct channel *channel, const char *name, const char *expected,
      struct err *err)
{
    err_set(err, TP5050, "%s is \"%.60s\"; expected %s", name,
            conf_text(channel->group, name, ""), expected);
    return err_at(err, "%s", conf_place(channel->group));
}

static bool
read_settings(struct channel *channel, struct sftp_state *state,
              struct err *err)
{
    const struct conf_group *group = channel->group;
    const char *verify = conf_text(group, "verify", "size");
    const char *temp = conf_text(group, "temp", ".NAME.tmp");

    if (!setting_text(channel, "host", &state->host, err) ||
        !setting_text(channel, "user", &state->user, err))
        return false;
    state->put = conf_text(group, "put", NULL);
    state->get = conf_text(group, "get", NULL);
    state->done = conf_text(group, "done", "");
    state->done_file = conf_text(group, "done_file", "");
    state->pattern = conf_text(group, "pattern", "*");
    state->temp = text_equal(temp, "none") ? NULL : temp;
    state->looks =
        looks_new(conf_number(group, "stable_seconds", STILL_SECONDS));
    state->verify = text_equal(verify, "none")     ? SFTP_VERIFY_NONE
                    : text_equal(verify, "exists") ? SFTP_VERIFY_EXISTS
                                                   : SFTP_VERIFY_SIZE;
    if (state->verify == SFTP_VERIFY_SIZE && !text_equal(verify, "size"))
        return wrong(channel, "verify", "size, exists or none", err);
    if (state->temp != NULL &&
        (strstr(temp, "NAME") == NULL || strchr(temp, '/') != NULL ||
         text_equal(temp, "NAME")))
        return wrong(channel, "temp", "a name with NAME in it, or none", err);
    if (!absent_read(channel, state->temp != NULL, &state->absent, err))
        return false;
    /* Where files are hidden, so may be the temporary copy. */
    if (state->verify == SFTP_VERIFY_NONE &&
        conf_text(group, "absent", NULL) == NULL)
        state->absent = FOUND_UNKNOWN;
    return true;
}

/* What a connection needs only while it is made. */
struct credentials {
    struct buf password, key;
};

static void
drop_credentials(struct credentials *credentials)
{
    secret_wipe(&credentials->password);
    secret_wipe(&credentials->key);
}

static bool
connect_ssh(struct channel *channel, struct wire **wire, struct err *err)
{
    struct sftp_state *state = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(drop_credentials) struct credentials credentials = { 0 };
    struct ssh_settings settings = {
        .host = state->host,
        .user = state->user,
        .port = conf_number(channel->group, "port", 22),
        .hostkey_count = conf_count(channel->group, "hostkeys"),
    };
    const char **pins =
        arena_alloc(arena, (settings.hostkey_count + 1) * sizeof *pins);

    for (size_t i = 0; i < settings.hostkey_count; i++)
        pins[i] = conf_text_at(channel->group, "hostkeys", i);
    settings.hostkeys = pins;
    if (!setting_secret(channel, "key", &credentials.key, err) ||
        !setting_secret(channel, "password", &credentials.password, err))
        return false;
    if (credentials.password.size > 0)
        settings.password = buf_text(&credentials.password);
    if (credentials.key.size > 0) {
        settings.key = buf_text(&credentials.key);
        settings.key_size = credentials.key.size;
    }
    return ssh_open(wire, &settings, err);
}

bool
sftp_ready(struct channel *channel, struct err *err)
{
    struct sftp_state *state = channel->state;
    struct wire *wire = NULL;
    struct sftp_limits limits = {
        .window = (unsigned)conf_number(channel->group, "window", 0),
        .files = (unsigned)conf_number(channel->group, "files", 0),
    };

    if (state->sftp != NULL && sftp_alive(state->sftp))
        return true;
    sftp_close(&state->sftp);
    if (!connect_ssh(channel, &wire, err))
        return false;
    return sftp_open(&state->sftp, wire, &limits, err) ||
           err_at(err, "%.80s", state->host);
}

bool
sftp_path(char out[REMOTE_PATH], const char *folder, const char *what,
          const char *name, struct err *err)
{
    return folder_needed(folder, what, err) &&
           path_join(out, REMOTE_PATH, folder, name, err);
}

static bool
open_channel(struct channel *channel, struct err *err)
{
    struct sftp_state *state = channel->state = obtain(sizeof *state);

    return read_settings(channel, state, err) && sftp_ready(channel, err);
}

static void
close_channel(struct channel *channel)
{
    struct sftp_state *state = channel->state;

    if (state == NULL)
        return;
    sftp_close(&state->sftp);
    sftp_forget_ahead(state);
    looks_free(&state->looks);
    release(&state->listed);
    release(&state);
    channel->state = NULL;
}

static bool
probe_put(struct sftp_state *state, struct buf *report, struct err *err)
{
    struct sftp_attrs attrs;
    bool there = false;

    if (!sftp_stat(state->sftp, state->put, &attrs, &there, err))
        return false;
    if (!there)
        return err_set(err, TP5041, "put folder %.150s is not there",
                       state->put);
    buf_addf(report, "put %s: there\n", state->put);
    return true;
}

static bool
probe(struct channel *channel, struct buf *report, struct err *err)
{
    struct sftp_state *state = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct listing listing;

    if (!sftp_ready(channel, err))
        return false;
    buf_addf(report, "%s: host key pinned, signed in as %s\n", state->host,
             state->user);
    if (state->put != NULL && !probe_put(state, report, err))
        return false;
    if (state->get == NULL)
        return true;
    if (!sftp_channel_list(channel, arena, &listing, err))
        return false;
    buf_addf(report, "get %s: %zu files, %zu not yet whole, %zu misnamed\n",
             state->get, listing.count, listing.waiting, listing.refused);
    return true;
}

const struct channel_ops channel_sftp = {
    .name = "sftp",
    .about = "a partner's SFTP server",
    .settings = sftp_settings,
    .open = open_channel,
    .close = close_channel,
    .put = sftp_channel_put,
    .list = sftp_channel_list,
    .get = sftp_channel_get,
    .get_file = sftp_channel_get_file,
    .remove = sftp_channel_remove,
    .find = sftp_channel_find,
    .probe = probe,
};
