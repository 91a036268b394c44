/* SPDX-License-Identifier: Apache-2.0 */
/* The desk: figures for monitors, on a local address; it only reads. */
#include "base/log.h"
#include "flow/health.h"
#include "web/web_private.h"

struct desk {
    const struct conf *conf;
    size_t mistakes;
    struct journal *journal;
};

static void
fail(struct exchange *it, const struct err *err)
{
    char text[400];

    log_err(LOG_WARNING, err, "the desk");
    text_format(text, sizeof text, "%s: %s\n", err_name(err->code), err->text);
    web_answer(it, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain", text, 0);
}

static void
metrics(struct desk *desk, struct exchange *it)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct health health;
    struct err err = { 0 };

    if (!health_look(&health, desk->conf, desk->mistakes, desk->journal,
                     &err) ||
        !health_metrics(&health, desk->journal, &text, &err))
        fail(it, &err);
    else
        web_answer(it, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
                   buf_text(&text), 0);
}

/* Ready: the journal answers, its keeper too, and new input is taken in. */
static void
ready(struct desk *desk, struct exchange *it)
{
    struct health health;
    struct err err = { 0 };
    char cursor[512];
    const char *why = NULL;

    if (!health_look(&health, desk->conf, desk->mistakes, desk->journal,
                     &err) ||
        !journal_cursor(desk->journal, "ready", cursor, &err)) {
        fail(it, &err);
        return;
    }
    if (health.space.low)
        why = "nothing new is taken in: the disk is nearly full\n";
    else if (health.counts.unbalanced != 0)
        why = "documents are not accounted for: tradepost verify\n";
    else if (health.mistakes > 0)
        why = "the settings have mistakes: tradepost check\n";
    web_answer(it, why == NULL ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
               "text/plain", why == NULL ? "ready\n" : why, 0);
}

static void
begin(void *user, struct exchange *it)
{
    struct desk *desk = user;

    if (!text_equal(it->method, "GET") && !text_equal(it->method, "HEAD"))
        web_answer(it, MHD_HTTP_METHOD_NOT_ALLOWED, NULL, NULL, 0);
    else if (text_equal(it->path, "/metrics"))
        metrics(desk, it);
    else if (text_equal(it->path, "/health"))
        web_answer(it, MHD_HTTP_OK, "text/plain", "alive\n", 0);
    else if (text_equal(it->path, "/ready"))
        ready(desk, it);
    else
        web_answer(it, MHD_HTTP_NOT_FOUND, NULL, NULL, 0);
}

static void
finish(void *user, struct exchange *it)
{
    (void)user;
    web_answer(it, MHD_HTTP_BAD_REQUEST, NULL, NULL, 0);
}

bool
web_has_desk(const struct conf *conf)
{
    return conf_has(conf_settings(conf), "desk");
}

bool
web_desk_run(const struct conf *conf, size_t mistakes, struct journal *journal,
             const struct web_life *life, struct err *err)
{
    const struct conf_group *settings = conf_settings(conf);
    struct desk desk = { conf, mistakes, journal };
    struct web_face face = { "desk", begin, finish, &desk };
    struct web_options options = {
        .listen = conf_text(settings, "desk.listen", "127.0.0.1:8080"),
        .connections = 50,
        .per_source = 0,
        .patience_seconds = 10,
    };

    if (!conf_flag(settings, "desk.anywhere", false) &&
        !web_address_local(options.listen))
        return err_set(err, TP8072,
                       "the desk shall listen on %.60s, which is not this "
                       "machine alone",
                       options.listen);
    return web_listen(&options, &face, life, err);
}
