/* SPDX-License-Identifier: Apache-2.0 */
#include "net/oauth.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/when.h"
#include "net/net_private.h"

enum {
    /* A server that does not say how long a token lives. */
    UNTOLD_SECONDS = 600,
    MAX_SECONDS = 30 * 86400,
    MAX_TOKEN = 16 << 10,
    MAX_REFUSALS = 2
};

struct oauth {
    struct http *http; /* the caller's */
    bool password_grant, basic;
    char *url, *client, *secret, *user, *password, *scope;
    char *token, *refresh;
    int64_t fresh_until, ends; /* when_steady(); 80 % of life, all of it */
    int refusals;
    unsigned sign_ins; /* that a token came of */
    bool idle;         /* nobody is signing in now */
    struct err last;   /* why the last sign-in failed, or nothing */
};

static char *
copy(const char *text)
{
    return text == NULL ? NULL : obtain_text(text);
}

static void
drop(char **secret)
{
    wipe(*secret);
    release(secret);
}

static void
drop_json(json_t **json)
{
    json_decref(*json);
}

bool
oauth_open(struct oauth **out, struct http *http,
           const struct oauth_settings *settings, struct err *err)
{
    bool password_grant = text_equal(settings->grant, "password");
    char place[HTTP_PLACE];
    struct oauth *oauth;

    if (!password_grant && !text_equal(settings->grant, "client_credentials"))
        return err_set(err, TP5017,
                       "the grant is \"%s\"; expected client_credentials or "
                       "password",
                       settings->grant == NULL ? "" : settings->grant);
    if (!http_url_check(settings->url, place, err))
        return false;
    oauth = obtain(sizeof *oauth);
    oauth->http = http;
    oauth->idle = true;
    oauth->password_grant = password_grant;
    oauth->basic = settings->basic;
    oauth->url = copy(settings->url);
    oauth->client = copy(settings->client);
    oauth->secret = copy(settings->secret);
    oauth->user = copy(settings->user);
    oauth->password = copy(settings->password);
    oauth->scope = copy(settings->scope);
    *out = oauth;
    return true;
}

void
oauth_close(struct oauth **out)
{
    struct oauth *oauth = *out;

    if (oauth == NULL)
        return;
    release(&oauth->url);
    release(&oauth->client);
    release(&oauth->user);
    release(&oauth->scope);
    drop(&oauth->secret);
    drop(&oauth->password);
    drop(&oauth->token);
    drop(&oauth->refresh);
    release(out);
}

/* Adds "&name=value" in form encoding; a NULL value adds nothing. */
static void
add_field(struct buf *form, const char *name, const char *value)
{
    if (value == NULL)
        return;
    buf_addf(form, "%s%s=", form->size > 0 ? "&" : "", name);
    for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
        if (isalnum(*at) || strchr("-._~", *at) != NULL)
            buf_addc(form, (char)*at);
        else
            buf_addf(form, "%%%02X", *at);
    }
}

static void
make_form(const struct oauth *oauth, struct buf *form)
{
    if (oauth->refresh != NULL) {
        add_field(form, "grant_type", "refresh_token");
        add_field(form, "refresh_token", oauth->refresh);
    } else if (oauth->password_grant) {
        add_field(form, "grant_type", "password");
        add_field(form, "username", oauth->user);
        add_field(form, "password", oauth->password);
    } else {
        add_field(form, "grant_type", "client_credentials");
    }
    if (!oauth->basic) {
        add_field(form, "client_id", oauth->client);
        add_field(form, "client_secret", oauth->secret);
    }
    if (oauth->refresh == NULL)
        add_field(form, "scope", oauth->scope);
}

static json_t *
parse(const struct http_answer *answer)
{
    json_t *json = json_loadb(buf_text(&answer->body), answer->body.size,
                              JSON_REJECT_DUPLICATES, NULL);

    if (json != NULL && json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

/* The server's error word (RFC 6749, 5.2). Its description is left out: it
 * may quote what we sent. */
static void
error_word(const struct http_answer *answer, char *out, size_t size)
{
    CLEANUP(drop_json) json_t *json = parse(answer);
    const char *word = json_string_value(json_object_get(json, "error"));

    if (word == NULL || !text_copy(out, size, word) ||
        word[strspn(word, "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWX"
                          "YZ0123456789.-")] != '\0')
        text_copy(out, size, "no reason given");
}

static bool
refused(struct oauth *oauth, const struct http_answer *answer, struct err *err)
{
    char word[48];

    oauth->refusals++;
    error_word(answer, word, sizeof word);
    return err_set(err, TP5021, "sign-in refused with %ld: %s", answer->status,
                   word);
}

static bool
is_token(const char *text)
{
    size_t size = text == NULL ? 0 : strlen(text);

    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] > '~')
            return false;
    return size > 0 && size <= MAX_TOKEN;
}

/* Some servers write the number as a text. */
static long
life_seconds(const json_t *json)
{
    const json_t *told = json_object_get(json, "expires_in");
    long seconds = UNTOLD_SECONDS;

    if (json_is_string(told)) {
        if (!text_number(json_string_value(told), MAX_SECONDS, &seconds))
            seconds = UNTOLD_SECONDS;
    } else if (json_is_number(told)) {
        double number = json_number_value(told);
        seconds = number < 0             ? 0
                  : number > MAX_SECONDS ? MAX_SECONDS
                                         : (long)number;
    }
    return seconds;
}

static void
replace(char **secret, const char *text)
{
    drop(secret);
    *secret = obtain_text(text);
}

static bool
take(struct oauth *oauth, const struct http_answer *answer, int64_t asked,
     struct err *err)
{
    CLEANUP(drop_json) json_t *json = parse(answer);
    const char *token =
        json_string_value(json_object_get(json, "access_token"));
    const char *refresh =
        json_string_value(json_object_get(json, "refresh_token"));

    if (!is_token(token))
        return err_set(err, TP5022,
                       "the sign-in's answer (%zu bytes) holds no "
                       "access_token",
                       answer->body.size);
    replace(&oauth->token, token);
    /* A rotated refresh token makes the old one void: keep the newest. */
    if (is_token(refresh))
        replace(&oauth->refresh, refresh);
    int64_t life = (int64_t)life_seconds(json) * 1000000000;
    oauth->ends = asked + life;
    oauth->fresh_until = asked + life / 5 * 4;
    http_note_token(oauth->http, when_now() + life / 1000000);
    oauth->refusals = 0;
    oauth->sign_ins++;
    return true;
}

static bool
ask(struct oauth *oauth, struct http_answer *answer, struct err *err)
{
    static const char *const headers[] = {
        "Content-Type: application/x-www-form-urlencoded",
        "Accept: application/json", NULL
    };
    CLEANUP(wipe_buf) struct buf form = { 0 };
    struct http_request request = {
        .method = "POST", .url = oauth->url, .headers = headers, .reads = true
    };

    make_form(oauth, &form);
    request.body = buf_text(&form);
    request.body_size = form.size;
    if (oauth->basic) {
        request.user = oauth->client;
        request.password = oauth->secret;
    }
    if (!http_send(oauth->http, &request, answer, err))
        return false;
    if (answer->status == 400 || answer->status == 401 || answer->status == 403)
        return refused(oauth, answer, err);
    return http_classify(&request, answer, "the sign-in", err);
}

static void
wipe_answer(struct http_answer *answer)
{
    wipe_buf(&answer->body);
}

/* One sign-in, or one renewal; a renewal that is refused becomes a sign-in,
 * since a refresh token may simply be used up. */
static bool
sign_in(struct oauth *oauth, struct err *err)
{
    CLEANUP(wipe_answer) struct http_answer answer = { 0 };
    struct err first = { 0 };
    int64_t asked = when_steady();
    bool renewal = oauth->refresh != NULL;
    bool good = ask(oauth, &answer, renewal ? &first : err);

    if (!good && renewal && first.kind == ERR_AUTH) {
        drop(&oauth->refresh);
        oauth->refusals--;
        good = ask(oauth, &answer, err);
    } else if (!good && renewal) {
        *err = first;
    }
    return good && take(oauth, &answer, asked, err);
}

/* Whoever comes while another job signs in shares what comes of it. */
static bool
renew(struct oauth *oauth, struct err *err)
{
    if (!oauth->idle) {
        http_wait(oauth->http, &oauth->idle);
        *err = oauth->last;
        return err->kind == ERR_NONE;
    }
    if (oauth->refusals >= MAX_REFUSALS)
        return err_set(err, TP5021,
                       "sign-in was refused %d times and is not tried "
                       "again until the credentials are corrected",
                       oauth->refusals);
    oauth->idle = false;
    bool good = sign_in(oauth, err);
    oauth->idle = true;
    oauth->last = *err;
    return good;
}

bool
oauth_token(struct oauth *oauth, const char **token, struct err *err)
{
    int64_t now = when_steady();
    struct err renewal = { 0 };

    if (oauth->token == NULL || now >= oauth->fresh_until) {
        /* A token service that is down is no trouble while the old token
         * still lives. */
        if (!renew(oauth, &renewal) &&
            (oauth->token == NULL || renewal.kind == ERR_AUTH ||
             now >= oauth->ends)) {
            *err = renewal;
            return false;
        }
    }
    *token = oauth->token;
    return true;
}

unsigned
oauth_sign_ins(const struct oauth *oauth)
{
    return oauth->sign_ins;
}

void
oauth_forget(struct oauth *oauth)
{
    drop(&oauth->token);
    oauth->refusals = 0;
}
