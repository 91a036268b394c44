/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door. What comes is proved before anything of it is read, journalled
 * durably, and only then answered. A system's word is a hint to look, never
 * taken for what it says; a partner's file is an arrival as any other.
 */
#include <string.h>

#include "base/durable.h"
#include "base/log.h"
#include "conf/partner.h"
#include "store/digest.h"
#include "web/web_private.h"

struct door {
    const struct conf *conf;
    struct journal *journal;
    const struct hook *hooks;
    struct penalties *penalties;
};

static const struct hook *
find_hook(const struct door *door, const char *path)
{
    if (!text_starts(path, "/hook/"))
        return NULL;
    for (const struct hook *hook = door->hooks; hook->name != NULL; hook++)
        if (text_equal(hook->name, path + strlen("/hook/")))
            return hook;
    return NULL;
}

/* Whoever is wrong hears nothing of why. */
static void
refuse(struct door *door, struct exchange *it, unsigned status)
{
    if (penalty_add(door->penalties, it->source))
        log_line(LOG_WARNING,
                 "the door does not hear %s for a while: too many requests "
                 "without the right secret",
                 it->source);
    web_answer(it, status, NULL, NULL, 0);
}

/* "application/json; charset=utf-8" is of the type "application/json". */
static bool
type_fits(const struct hook *hook, const struct exchange *it)
{
    bool twice;
    const char *type = web_header(it, "Content-Type", &twice);

    if (type == NULL)
        return hook->partner != NULL;
    for (size_t i = 0; hook->types[i] != NULL; i++) {
        size_t size = strlen(hook->types[i]);
        if (strncasecmp(type, hook->types[i], size) == 0 &&
            (type[size] == '\0' || type[size] == ';' || type[size] == ' '))
            return true;
    }
    return false;
}

/* Business Central asks whether we are there before it sends anything: the
 * token is given back, when it is one. */
static bool
handshake(const struct hook *hook, struct exchange *it)
{
    const char *token = web_parameter(it, "validationToken");

    if (!hook->handshake || token == NULL)
        return false;
    if (strlen(token) > 500 ||
        token[strspn(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
                            "VWXYZ0123456789._~-+/=")] != '\0')
        web_answer(it, MHD_HTTP_BAD_REQUEST, NULL, NULL, 0);
    else
        web_answer(it, MHD_HTTP_OK, "text/plain", token, 0);
    return true;
}

static void
judge(struct door *door, struct exchange *it, bool before)
{
    const struct hook *hook = it->what;
    struct err err = { 0 };

    switch (hook_judge(door->conf, hook, it, before, &err)) {
    case VERDICT_GOOD:
        return;
    case VERDICT_BAD:
    case VERDICT_STALE:
        refuse(door, it, MHD_HTTP_UNAUTHORIZED);
        return;
    case VERDICT_BROKEN:
        log_err(LOG_ERROR, &err, hook->name);
        web_answer(it, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, NULL, 60);
        return;
    }
}

static void
begin(void *user, struct exchange *it)
{
    struct door *door = user;
    const struct hook *hook = find_hook(door, it->path);
    long wait = penalty_of(door->penalties, it->source);

    if (wait > 0) {
        web_answer(it, MHD_HTTP_TOO_MANY_REQUESTS, NULL, NULL, wait);
        return;
    }
    if (hook == NULL) {
        refuse(door, it, MHD_HTTP_NOT_FOUND);
        return;
    }
    it->what = hook;
    it->body_most = hook->body_most;
    if (!text_equal(it->method, "POST"))
        web_answer(it, MHD_HTTP_METHOD_NOT_ALLOWED, NULL, NULL, 0);
    else if (handshake(hook, it))
        return;
    else if (!type_fits(hook, it))
        web_answer(it, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, NULL, NULL, 0);
    else
        judge(door, it, true);
}

/* ---- what is believed */

/* The id that its sender gave the delivery, else what was sent. */
static void
delivery_of(const struct hook *hook, const struct exchange *it, char out[100])
{
    bool twice = false;
    const char *id =
        hook->delivery ? web_header(it, hook->delivery, &twice) : NULL;
    const char *time =
        hook->timestamp ? web_header(it, hook->timestamp, &twice) : NULL;
    CLEANUP(buf_free) struct buf text = { 0 };

    if (id != NULL && id[0] != '\0' && strlen(id) < 90) {
        text_format(out, 100, "id %s", id);
        return;
    }
    buf_addf(&text, "%s\n", time != NULL ? time : "");
    buf_add(&text, buf_text(&it->body), it->body.size);
    digest_sha256(out, buf_text(&text), text.size);
}

static bool
take_hint(struct door *door, struct exchange *it, bool *known, struct err *err)
{
    const struct hook *hook = it->what;
    char delivery[100];
    struct hint hint = { .system = hook->system,
                         .hook = hook->name,
                         .delivery = delivery,
                         .source = it->source };

    delivery_of(hook, it, delivery);
    return journal_hint(door->journal, &hint, known, err);
}

static bool
take_file(struct door *door, struct exchange *it, bool *known, struct err *err)
{
    const struct hook *hook = it->what;
    const struct partner *partner = partner_by_code(door->conf, hook->partner);
    bool twice;
    const char *name = web_header(it, "X-File-Name", &twice);
    struct arrival arrival = { .partner = partner->code,
                               .channel = "http",
                               .name = text_empty(name) ? hook->name : name,
                               .bytes = buf_text(&it->body),
                               .size = it->body.size };
    int64_t id;

    return journal_accept(door->journal, &arrival, &id, known, err);
}

static void
fail(struct exchange *it, const struct err *err)
{
    const struct hook *hook = it->what;

    log_err(LOG_ERROR, err, hook->name);
    if (err->code == TP4003 || err->code == TP4019)
        web_answer(it, MHD_HTTP_INSUFFICIENT_STORAGE, NULL, NULL, 300);
    else
        web_answer(it, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, NULL, 30);
}

static void
finish(void *user, struct exchange *it)
{
    struct door *door = user;
    const struct hook *hook = it->what;
    struct err err = { 0 };
    bool known = false;

    judge(door, it, false);
    if (it->answered)
        return;
    if (it->body.size == 0 && hook->partner != NULL) {
        web_answer(it, MHD_HTTP_BAD_REQUEST, NULL, NULL, 0);
        return;
    }
    if (!(hook->system ? take_hint(door, it, &known, &err)
                       : take_file(door, it, &known, &err))) {
        fail(it, &err);
        return;
    }
    log_line(LOG_INFO, "%s: %zu bytes from %s%s in %.1f ms", hook->name,
             it->body.size, it->source, known ? ", known already" : "",
             (double)(when_steady() - it->begun) / 1e6);
    web_answer(it, known ? MHD_HTTP_OK : hook->answer, NULL, NULL, 0);
}

/* ---- settings */

bool
web_has_door(const struct conf *conf)
{
    return conf_count(conf_settings(conf), "door.hooks") > 0;
}

/* TLS of its own: a certificate's file and a secret, or neither. */
static bool
read_tls(const struct conf *conf, struct buf *certificate, struct buf *key,
         struct web_options *options, struct err *err)
{
    const struct conf_group *settings = conf_settings(conf);
    const char *file = conf_text(settings, "door.certificate", NULL);
    const char *secret = conf_text(settings, "door.key", NULL);
    char path[1100];

    if (file == NULL && secret == NULL)
        return true;
    if (file == NULL || secret == NULL)
        return err_set(err, TP8071,
                       "the door needs both, certificate and key, or neither");
    text_format(path, sizeof path, file[0] == '/' ? "%.0s%s" : "%s/%s",
                conf_dir(conf), file);
    if (!file_read(path, 1 << 20, certificate, err) ||
        !conf_secret(conf, secret, key, err))
        return false;
    options->certificate = buf_text(certificate);
    options->key = buf_text(key);
    return true;
}

static void
read_proxies(const struct conf *conf, struct arena *arena,
             struct web_options *options)
{
    const struct conf_group *settings = conf_settings(conf);
    size_t count = conf_count(settings, "door.proxies");
    const char **proxies = arena_alloc(arena, (count + 1) * sizeof *proxies);

    for (size_t i = 0; i < count; i++)
        proxies[i] = conf_text_at(settings, "door.proxies", i);
    options->proxies = proxies;
    options->proxy_count = count;
    /* All of a proxy's callers come from one address. */
    if (count > 0)
        options->per_source = 0;
}

bool
web_door_run(const struct conf *conf, struct journal *journal,
             const struct web_life *life, struct err *err)
{
    const struct conf_group *settings = conf_settings(conf);
    CLEANUP(buf_free) struct buf certificate = { 0 };
    CLEANUP(buf_wipe) struct buf key = { 0 };
    struct arena *arena = arena_new();
    struct door door = {
        .conf = conf,
        .journal = journal,
        .hooks = hooks_of(conf, arena),
        .penalties =
            penalties_new(arena, conf_number(settings, "door.bad_most", 10),
                          conf_seconds(settings, "door.penalty", 300)),
    };
    struct web_face face = { "door", begin, finish, &door };
    struct web_options options = {
        .listen = conf_text(settings, "door.listen", "0.0.0.0:8443"),
        .connections = (unsigned)conf_number(settings, "door.connections", 200),
        .per_source = (unsigned)conf_number(settings, "door.per_source", 20),
        .patience_seconds = conf_seconds(settings, "door.patience", 60),
    };

    journal_set_actor(journal, "door");
    read_proxies(conf, arena, &options);
    bool good = read_tls(conf, &certificate, &key, &options, err) &&
                web_listen(&options, &face, life, err);
    arena_free(&arena);
    return good;
}
