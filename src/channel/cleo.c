/* SPDX-License-Identifier: Apache-2.0 */
/* A Cleo mailbox: settings, sign-in, one request. */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "channel/cleo_private.h"

enum { STILL_SECONDS = 0, SETTLE_SECONDS = 600, SETTING_PATH = 64, PLACE = 96 };

/* Once as the manual shows it, once as cleo_setting() falls back on it. */
#define CALL(verb, where)                                           \
    { .name = "method", .type = SETTING_TEXT, .fallback = (verb) }, \
    {                                                               \
        .name = "path", .type = SETTING_TEXT, .fallback = (where),  \
        .about = "after the url, with {folder}, {name}, {id}"       \
    }

static const struct setting list_settings[] = {
    { .name = "method", .type = SETTING_TEXT, .fallback = "GET" },
    { .name = "path",
      .type = SETTING_TEXT,
      .fallback = "/api/files/{folder}?startIndex={start}&count={count}",
      .about = "after the url, with {folder}, {start}, {count}; empty where "
               "the mailbox cannot be listed: then nothing is fetched, and an "
               "upload without an answer waits for a person" },
    { .name = "files",
      .type = SETTING_TEXT,
      .fallback = "resources",
      .about = "the answer's member that holds the list" },
    { .name = "name", .type = SETTING_TEXT, .fallback = "name" },
    { .name = "size", .type = SETTING_TEXT, .fallback = "size" },
    { .name = "modified", .type = SETTING_TEXT, .fallback = "modified" },
    { .name = "id", .type = SETTING_TEXT, .fallback = "id" },
    { .name = NULL }
};

static const struct setting upload_settings[] = {
    CALL("POST", "/api/files/{folder}/{name}"),
    { .name = "type",
      .type = SETTING_TEXT,
      .fallback = "application/octet-stream",
      .about = "the Content-Type of what we send" },
    { .name = "id",
      .type = SETTING_TEXT,
      .fallback = "header:X-Transmission-Id",
      .about = "where the answer holds the transmission id: header:NAME or "
               "json:MEMBER.MEMBER" },
    { .name = NULL }
};

static const struct setting download_settings[] = {
    CALL("GET", "/api/files/{folder}/{id}"), { .name = NULL }
};

static const struct setting remove_settings[] = {
    CALL("DELETE", "/api/files/{folder}/{id}"), { .name = NULL }
};

/* Never "taken": an upload may have failed without a trace. */
static const char *const absent_choices[] = { "unsent", "unknown", NULL };

static const struct setting cleo_settings[] = {
    { .name = "kind", .type = SETTING_TEXT, .about = "cleo", .required = true },
    { .name = "url",
      .type = SETTING_TEXT,
      .required = true,
      .about = "https://HOST:PORT of Cleo, without /api" },
    { .name = "user",
      .type = SETTING_TEXT,
      .required = true,
      .about = "the mailbox user" },
    { .name = "password", .type = SETTING_SECRET, .required = true },
    { .name = "ca_file",
      .type = SETTING_TEXT,
      .about = "the issuer of Cleo's certificate, where it is a private one" },
    { .name = "token",
      .type = SETTING_TEXT,
      .fallback = "/api/authentication",
      .about = "the sign-in, after the url" },
    { .name = "put",
      .type = SETTING_TEXT,
      .about = "the folder that we write to" },
    { .name = "get",
      .type = SETTING_TEXT,
      .about = "the folder that we take from" },
    { .name = "absent",
      .type = SETTING_TEXT,
      .fallback = "unknown",
      .choices = absent_choices,
      .about = "what it means when a file whose upload got no answer is not "
               "there: \"unsent\", it is sent again; \"unknown\", it may have "
               "been taken already, a person decides" },
    { .name = "settle",
      .type = SETTING_DURATION,
      .fallback = "10m",
      .about = "how long after an upload without an answer Cleo may still "
               "put the file there; before that a file that is not there is "
               "looked for again" },
    CHANNEL_PATTERN,
    CHANNEL_STABLE_SECONDS("0"),
    CHANNEL_MAX_BYTES,
    { .name = "list",
      .type = SETTING_GROUP,
      .members = list_settings,
      .about = "how a folder is listed; not verified against a Cleo server, "
               "as upload, download and remove" },
    { .name = "upload", .type = SETTING_GROUP, .members = upload_settings },
    { .name = "download", .type = SETTING_GROUP, .members = download_settings },
    { .name = "remove", .type = SETTING_GROUP, .members = remove_settings },
    { .name = NULL }
};

static const char *
fallback_of(const struct setting *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (text_equal(table->name, name))
            return table->fallback;
    BUG_IF(true);
}

const char *
cleo_setting(const struct channel *channel, const char *group, const char *name)
{
    char path[SETTING_PATH];
    const struct setting *row = cleo_settings;

    while (!text_equal(row->name, group))
        row++;
    text_format(path, sizeof path, "%s.%s", group, name);
    return conf_text(channel->group, path, fallback_of(row->members, name));
}

bool
cleo_lists(const struct channel *channel)
{
    return cleo_setting(channel, "list", "path")[0] != '\0';
}

static bool
sign_up(struct channel *channel, struct cleo *cleo, const struct buf *password,
        struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct http_limits limits = {
        .answer_bytes = channel->max_bytes,
        .ca_file = conf_text(channel->group, "ca_file", NULL),
        .traffic = channel->secrets.traffic,
    };
    struct oauth_settings settings = {
        .url = arena_printf(
            arena, "%s%s", cleo->url,
            conf_text(channel->group, "token", "/api/authentication")),
        .grant = "password",
        .password = buf_text(password),
    };

    return setting_text(channel, "user", &settings.user, err) &&
           http_open(&cleo->http, &limits, err) &&
           oauth_open(&cleo->oauth, cleo->http, &settings, err);
}

/* "https://host/" and "https://host" are the same. */
static bool
read_url(struct channel *channel, struct cleo *cleo, struct err *err)
{
    if (!setting_text(channel, "url", &cleo->url, err))
        return false;
    return !text_ends(cleo->url, "/") ||
           err_set(err, TP5050, "url ends in a slash; expected none");
}

static bool
check_list(const struct channel *channel, const struct cleo *cleo,
           struct err *err)
{
    if (cleo->get == NULL || cleo_lists(channel))
        return true;
    err_set(err, TP5050,
            "list.path is empty; expected an address where get is set");
    return err_at(err, "%s", conf_place(channel->group));
}

static bool
cleo_open(struct channel *channel, struct err *err)
{
    struct cleo *cleo = channel->state = obtain(sizeof *cleo);
    CLEANUP(secret_wipe) struct buf password = { 0 };
    const char *token, *name;

    cleo->put = conf_text(channel->group, "put", NULL);
    cleo->get = conf_text(channel->group, "get", NULL);
    cleo->pattern = conf_text(channel->group, "pattern", "*");
    if (cleo_lists(channel))
        channel->settle_seconds =
            conf_seconds(channel->group, "settle", SETTLE_SECONDS);
    cleo->looks =
        looks_new(conf_number(channel->group, "stable_seconds", STILL_SECONDS));
    return absent_read(channel, false, &cleo->absent, err) &&
           check_list(channel, cleo, err) && read_url(channel, cleo, err) &&
           setting_text(channel, "password", &name, err) &&
           setting_secret(channel, "password", &password, err) &&
           sign_up(channel, cleo, &password, err) &&
           oauth_token(cleo->oauth, &token, err);
}

static void
cleo_close(struct channel *channel)
{
    struct cleo *cleo = channel->state;

    if (cleo == NULL)
        return;
    oauth_close(&cleo->oauth);
    http_close(&cleo->http);
    looks_free(&cleo->looks);
    release(&cleo);
    channel->state = NULL;
}

/* A folder keeps its slashes between its names, not around them. */
static const char *
encode_folder(struct arena *arena, const char *folder)
{
    char *rest = arena_strdup(arena, folder), *name;
    const char *encoded = "";

    while ((name = text_word(&rest, "/")) != NULL)
        encoded = arena_printf(arena, "%s%s%s", encoded, encoded[0] ? "/" : "",
                               text_url_encode(arena, name));
    return encoded;
}

static const char *
fill(struct arena *arena, const char *template, const char *mark,
     const char *value)
{
    const char *at = strstr(template, mark);

    return at == NULL ? template
                      : arena_printf(arena, "%.*s%s%s", (int)(at - template),
                                     template, value, at + strlen(mark));
}

static const char *
address(const struct channel *channel, const struct cleo_call *call,
        struct arena *arena)
{
    const struct cleo *cleo = channel->state;
    const char *path = cleo_setting(channel, call->group, "path");

    /* Numbers first: what is filled in later is never looked at again, since
     * encoding leaves no braces. */
    path =
        fill(arena, path, "{start}", arena_printf(arena, "%zu", call->start));
    path =
        fill(arena, path, "{count}", arena_printf(arena, "%zu", call->count));
    path = fill(arena, path, "{folder}", encode_folder(arena, call->folder));
    path = fill(arena, path, "{name}",
                text_url_encode(arena, call->name ? call->name : ""));
    path = fill(arena, path, "{id}",
                text_url_encode(arena, call->id ? call->id : ""));
    return arena_printf(arena, "%s%s", cleo->url, path);
}

static bool
send_once(struct cleo *cleo, struct http_request *request,
          struct http_answer *answer, struct err *err)
{
    return oauth_token(cleo->oauth, &request->bearer, err) &&
           http_send(cleo->http, request, answer, err);
}

bool
cleo_ask(struct channel *channel, const struct cleo_call *call, bool *missing,
         struct err *err)
{
    struct cleo *cleo = channel->state;
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *headers[3] = { "Accept: */*", NULL, NULL };
    char what[PLACE];
    struct http_request request = {
        .method = cleo_setting(channel, call->group, "method"),
        .url = address(channel, call, arena),
        .headers = headers,
        .body = call->body,
        .body_size = call->body_size,
    };

    if (text_equal(call->group, "upload")) {
        const char *id = cleo_setting(channel, "upload", "id");
        headers[1] = arena_printf(arena, "Content-Type: %s",
                                  cleo_setting(channel, "upload", "type"));
        if (text_starts(id, "header:"))
            request.keep = id + strlen("header:");
    }
    if (!send_once(cleo, &request, call->answer, err))
        return false;
    if (call->answer->status == 401) {
        oauth_forget(cleo->oauth);
        if (!send_once(cleo, &request, call->answer, err))
            return false;
    }
    if (missing != NULL) {
        *missing = call->answer->status == 404;
        if (*missing)
            return true;
    }
    text_format(what, sizeof what, "Cleo (%s %.40s)", call->group,
                call->name ? call->name : call->folder);
    return http_classify(&request, call->answer, what, err);
}

static bool
probe_folder(struct channel *channel, const char *folder, const char *what,
             struct buf *report, struct err *err)
{
    struct http_answer answer = { 0 };
    struct cleo_call call = {
        .group = "list", .folder = folder, .count = 1, .answer = &answer
    };
    bool good, missing = false;

    if (folder == NULL)
        return true;
    if (!cleo_lists(channel)) {
        buf_addf(report, "%s %s: not looked at, since list.path is empty\n",
                 what, folder);
        return true;
    }
    good = cleo_ask(channel, &call, &missing, err);
    buf_free(&answer.body);
    if (!good || missing)
        return good && err_set(err, TP5041, "%s folder %.100s is not there",
                               what, folder);
    buf_addf(report, "%s %s: there\n", what, folder);
    return true;
}

static bool
cleo_probe(struct channel *channel, struct buf *report, struct err *err)
{
    struct cleo *cleo = channel->state;
    const char *token;

    if (!oauth_token(cleo->oauth, &token, err))
        return false;
    buf_addf(report, "%s: signed in as %s\n", cleo->url,
             conf_text(channel->group, "user", ""));
    return probe_folder(channel, cleo->put, "put", report, err) &&
           probe_folder(channel, cleo->get, "get", report, err);
}

const struct channel_ops channel_cleo = {
    .name = "cleo",
    .about = "a Cleo mailbox over its REST interface",
    .settings = cleo_settings,
    .open = cleo_open,
    .close = cleo_close,
    .put = cleo_put,
    .list = cleo_list,
    .get = cleo_get,
    .remove = cleo_remove,
    .find = cleo_find,
    .probe = cleo_probe,
};
