/* SPDX-License-Identifier: Apache-2.0 */
/* Telling people: mail, webhooks of chats, the system's log. */
#include "flow/alert_private.h"

#include <jansson.h>
#include <string.h>

#include "net/http.h"
#include "net/syslog.h"

struct alerts *
alerts_open(const struct conf *conf, struct arena *arena)
{
    const struct conf_group *settings = conf_settings(conf);
    struct alerts *new = arena_alloc(arena, sizeof *new);
    size_t hooks = conf_count(settings, "alerts.webhooks");

    if (conf_count(settings, "alerts.mail") > 0 &&
        conf_text(settings, "alerts.smtp.host", NULL) != NULL)
        new->names[new->count++] = "mail";
    if (conf_flag(settings, "alerts.syslog", false))
        new->names[new->count++] = "syslog";
    for (size_t i = 0; i < hooks && i < WEBHOOKS_MOST; i++)
        new->names[new->count++] = arena_printf(arena, "webhook-%zu", i + 1);
    new->held_seconds = conf_seconds(settings, "alerts.held", 4L * 3600);
    new->every_seconds = conf_seconds(settings, "alerts.every", 60);
    return new;
}

/* ---- quiet hours */

/* Minutes of "22:00"; -1 when it is none. */
static int
minutes_of(const char *text)
{
    long hours, minutes;
    char part[3] = "";

    if (text == NULL || strlen(text) != 5 || text[2] != ':')
        return -1;
    memcpy(part, text, 2);
    if (!text_number(part, 23, &hours) || !text_number(text + 3, 59, &minutes))
        return -1;
    return (int)(hours * 60 + minutes);
}

moment
alert_moment(const struct conf *conf, int severity, moment now)
{
    const struct conf_group *settings = conf_settings(conf);
    int from = minutes_of(conf_text(settings, "alerts.quiet.from", NULL));
    int to = minutes_of(conf_text(settings, "alerts.quiet.to", NULL));
    char clock[8];

    if (severity <= 1 || from < 0 || to < 0 || from == to)
        return now;
    when_format(now, conf_company(conf)->zone, "%H:%M", clock, sizeof clock);
    int at = minutes_of(clock);
    bool quiet = from < to ? at >= from && at < to : at >= from || at < to;
    int wait = (to - at + 1440) % 1440;
    return quiet ? now - now % 60000 + (moment)wait * 60000 : now;
}

/* ---- words */

static bool
is_end(const struct notice *notice)
{
    return text_equal(notice->edge, "end");
}

static void
title_of(const struct conf *conf, const struct notice *notice, char out[240])
{
    text_format(out, 240, "[%s %s] %s%s", conf_company(conf)->name,
                conf_company(conf)->environment, is_end(notice) ? "over: " : "",
                notice->incident.subject);
}

static void
text_of(const struct conf *conf, const struct notice *notice, struct buf *out)
{
    const struct incident *it = &notice->incident;
    const char *zone = conf_company(conf)->zone;
    char begun[40], ended[40];

    when_format(it->begun, zone, "%Y-%m-%d %H:%M %Z", begun, sizeof begun);
    when_format(it->ended, zone, "%Y-%m-%d %H:%M %Z", ended, sizeof ended);
    buf_addf(out, "%s\n%s\n\nSince %s", it->subject, it->text, begun);
    if (is_end(notice))
        buf_addf(out, ", over at %s", ended);
    buf_addf(out, ".\nLook: tradepost incident show %lld\n", (long long)it->id);
}

/* ---- mail */

static bool
by_mail(const struct conf *conf, const struct notice *notice, struct err *err)
{
    static const char *const kinds[] = { "starttls", "tls", "none" };
    const struct conf_group *settings = conf_settings(conf);
    const struct conf_group *smtp = conf_sub(settings, "alerts.smtp");
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(buf_wipe) struct buf password = { 0 };
    const char *to[20], *secret = conf_text(smtp, "secret", NULL);
    char title[240], id[80];
    struct mail_server server = { .host = conf_text(smtp, "host", ""),
                                  .port = conf_number(smtp, "port", 587),
                                  .user = conf_text(smtp, "user", NULL),
                                  .ca_file = conf_text(smtp, "ca_file", NULL) };
    struct mail mail = { .from = conf_text(smtp, "from", "tradepost@localhost"),
                         .to = to,
                         .subject = title,
                         .id = id,
                         .date = when_now() };

    for (int i = 0; i < 3; i++)
        if (text_equal(conf_text(smtp, "tls", "starttls"), kinds[i]))
            server.tls = (enum mail_tls)i;
    if (secret != NULL && !conf_secret(conf, secret, &password, err))
        return false;
    server.password = secret != NULL ? buf_text(&password) : "";
    for (; mail.to_count < conf_count(settings, "alerts.mail") &&
           mail.to_count < 20;
         mail.to_count++)
        to[mail.to_count] =
            conf_text_at(settings, "alerts.mail", mail.to_count);
    title_of(conf, notice, title);
    text_of(conf, notice, &text);
    mail.text = buf_text(&text);
    text_format(id, sizeof id, "incident-%lld-%s.%lld",
                (long long)notice->incident.id, notice->edge,
                (long long)notice->incident.begun);
    return mail_send(&server, &mail, err);
}

/* ---- webhooks */

static json_t *
as_slack(const char *title, const char *text)
{
    return json_pack("{s:o}", "text", json_sprintf("*%s*\n%s", title, text));
}

/* A card, as a workflow's webhook takes it. */
static json_t *
as_teams(const char *title, const char *text)
{
    json_t *body =
        json_pack("[{s:s,s:s,s:s,s:b},{s:s,s:s,s:b}]", "type", "TextBlock",
                  "text", title, "weight", "Bolder", "wrap", 1, "type",
                  "TextBlock", "text", text, "wrap", 1);
    json_t *card =
        json_pack("{s:s,s:s,s:s,s:o}", "$schema",
                  "http://adaptivecards.io/schemas/adaptive-card.json", "type",
                  "AdaptiveCard", "version", "1.2", "body", body);

    return json_pack("{s:s,s:[{s:s,s:o}]}", "type", "message", "attachments",
                     "contentType", "application/vnd.microsoft.card.adaptive",
                     "content", card);
}

static json_t *
as_json(const struct conf *conf, const struct notice *notice)
{
    const struct incident *it = &notice->incident;
    char begun[WHEN_STAMP], ended[WHEN_STAMP];

    when_stamp(it->begun, begun);
    when_stamp(it->ended, ended);
    return json_pack("{s:s,s:I,s:s,s:s,s:i,s:s,s:s,s:s,s:s,s:s,s:s?}", "schema",
                     "tradepost.incident/1", "incident", (json_int_t)it->id,
                     "edge", notice->edge, "class", it->class, "severity",
                     (int)it->severity, "partner", it->partner, "subject",
                     it->subject, "text", it->text, "environment",
                     conf_company(conf)->environment, "begun", begun, "ended",
                     it->ended > 0 ? ended : NULL);
}

static int
add_json(const char *text, size_t size, void *user)
{
    buf_add(user, text, size);
    return 0;
}

static bool
post_json(const char *url, const json_t *json, struct err *err)
{
    static const char *const headers[] = { "Content-Type: application/json",
                                           NULL };
    struct http_limits limits = { .total_ms = 20000 };
    struct http_answer answer = { .status = 0 };
    struct http *http;
    CLEANUP(buf_free) struct buf body = { 0 };

    BUG_IF(json_dump_callback(json, add_json, &body, JSON_COMPACT) != 0);
    bool good = http_open(&http, &limits, err);
    if (good) {
        struct http_request request = { .method = "POST",
                                        .url = url,
                                        .headers = headers,
                                        .body = buf_text(&body),
                                        .body_size = body.size };
        good = http_send(http, &request, &answer, err) &&
               http_classify(&request, &answer, "the webhook", err);
        buf_free(&answer.body);
        http_close(&http);
    }
    return good;
}

static bool
by_webhook(const struct conf *conf, const struct notice *notice, size_t i,
           struct err *err)
{
    const struct conf_group *hook =
        conf_group_at(conf_settings(conf), "alerts.webhooks", i);
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(buf_wipe) struct buf url = { 0 };
    char title[240];

    if (hook == NULL)
        return err_set(err, TP7061, "the webhook is no longer in the settings");
    if (!conf_secret(conf, conf_text(hook, "url", ""), &url, err))
        return false;
    title_of(conf, notice, title);
    text_of(conf, notice, &text);
    const char *form = conf_text(hook, "form", "json");
    json_t *json = text_equal(form, "slack") ? as_slack(title, buf_text(&text))
                   : text_equal(form, "teams")
                       ? as_teams(title, buf_text(&text))
                       : as_json(conf, notice);
    if (json == NULL)
        return err_set(err, TP7061, "the incident's text is no UTF-8");
    bool good = post_json(buf_text(&url), json, err);
    json_decref(json);
    return good;
}

/* ---- the system's log */

static bool
by_syslog(const struct conf *conf, const struct notice *notice, struct err *err)
{
    const struct incident *it = &notice->incident;
    char text[512];

    text_format(text, sizeof text, "incident %lld %s: %s", (long long)it->id,
                is_end(notice) ? "is over" : "begins", it->subject);
    return syslog_say(
        conf_text(conf_settings(conf), "alerts.syslog_socket", "/dev/log"),
        is_end(notice)      ? SYSLOG_NOTICE
        : it->severity <= 1 ? SYSLOG_CRITICAL
                            : SYSLOG_WARNING,
        text, err);
}

bool
alert_tell(const struct conf *conf, const struct notice *notice,
           struct err *err)
{
    long number;

    if (text_equal(notice->channel, "mail"))
        return by_mail(conf, notice, err);
    if (text_equal(notice->channel, "syslog"))
        return by_syslog(conf, notice, err);
    if (text_starts(notice->channel, "webhook-") &&
        text_number(notice->channel + strlen("webhook-"), WEBHOOKS_MOST,
                    &number) &&
        number > 0)
        return by_webhook(conf, notice, (size_t)number - 1, err);
    return err_set(err, TP7061, "there is no channel '%s'", notice->channel);
}
