/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to Odoo: JSON-RPC (POST /jsonrpc, service object, execute_kw), which
 * every version up to 19 has, and JSON-2 (POST /json/2/MODEL/METHOD) from 19
 * on. JSON-RPC answers failures with status 200 and an error whose data.name
 * says what it was; JSON-2 with a status and the same name. The traceback that
 * comes along never leaves this file.
 */
#include <string.h>

#include "base/text.h"
#include "system/odoo/odoo_private.h"

enum { JSON2_FROM = 19 };

/* The order in which execute_kw takes what JSON-2 takes by name. */
static const struct {
    const char *method;
    const char *names[3];
} positional[] = { { "create", { "vals_list" } },
                   { "write", { "ids", "vals" } },
                   { "read", { "ids" } },
                   { "search_read", { "domain" } },
                   { "search_count", { "domain" } },
                   { "fields_get", { NULL } },
                   { "load", { "fields", "data" } } };

/* What a failure's name means. */
static const struct {
    const char *name;
    enum err_code code;
} names[] = { { "odoo.exceptions.AccessDenied", TP6003 },
              { "werkzeug.exceptions.Unauthorized", TP6003 },
              { "odoo.exceptions.AccessError", TP6004 },
              { "odoo.exceptions.ValidationError", TP6010 },
              { "odoo.exceptions.UserError", TP6010 },
              { "odoo.exceptions.MissingError", TP6009 },
              { "builtins.ValueError", TP6011 },
              { "builtins.TypeError", TP6011 },
              { "builtins.KeyError", TP6005 },
              { "werkzeug.exceptions.NotFound", TP6005 },
              { "werkzeug.exceptions.UnprocessableEntity", TP6011 },
              { "psycopg2.errors.SerializationFailure", TP6009 },
              { "psycopg2.errors.UniqueViolation", TP6010 },
              { "psycopg2.errors.NotNullViolation", TP6010 } };

static enum err_code
code_of(const char *name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text_equal(names[i].name, name))
            return names[i].code;
    return TP6007;
}

/* The server ran it in a transaction, which a failure of its own undoes: what
 * it says it refused did not happen. */
static bool
refused(const struct odoo_call *call, const json_t *data, struct err *err)
{
    const char *name = exact_word(data, "name");
    const char *said = exact_word(data, "message");

    return err_set(err, code_of(name), "%s.%s: \"%.160s\" (%.60s)", call->model,
                   call->method, said, name);
}

struct posted {
    const char *url;
    json_t *body;
    bool json2, reads;
};

static bool
send(struct odoo *odoo, const struct posted *posted, struct http_answer *answer,
     struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(arena_free) struct arena *arena = arena_new();
    const char *headers[4] = { "Content-Type: application/json",
                               "Accept: application/json", NULL, NULL };
    struct http_request request = { .method = "POST",
                                    .url = posted->url,
                                    .headers = headers,
                                    .reads = posted->reads };

    if (posted->json2) {
        headers[2] = arena_printf(arena, "X-Odoo-Database: %s", odoo->database);
        request.bearer = buf_text(&odoo->key);
    }
    exact_dump(&text, posted->body);
    request.body = buf_text(&text);
    request.body_size = text.size;
    return http_send(odoo->http, &request, answer, err);
}

/* A change whose answer cannot be read may have happened. */
static bool
read_answer(const struct odoo_call *call, const struct http_answer *answer,
            json_t **out, struct err *err)
{
    struct err unread = { 0 };

    if (exact_parse(out, buf_text(&answer->body), answer->body.size, &unread))
        return true;
    return err_set(err, call->reads ? TP6012 : TP6015,
                   "%s.%s answered %ld, but %s", call->model, call->method,
                   answer->status, unread.text);
}

/* ---- JSON-RPC */

static json_t *
envelope(const char *service, const char *method, json_t *args)
{
    return json_pack("{s:s, s:s, s:i, s:{s:s, s:s, s:o}}", "jsonrpc", "2.0",
                     "method", "call", "id", 1, "params", "service", service,
                     "method", method, "args", args);
}

static bool
exchange_rpc(struct odoo *odoo, const struct odoo_call *call, json_t *body,
             json_t **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *said = NULL;
    struct http_answer answer = { 0 };
    const char *url = arena_printf(arena, "%s/jsonrpc", odoo->url);
    struct http_request asked = { .method = "POST",
                                  .url = url,
                                  .reads = call->reads };

    *out = NULL;
    bool good = send(odoo, &(struct posted){ url, body, false, call->reads },
                     &answer, err) &&
                http_classify(&asked, &answer, "odoo", err) &&
                read_answer(call, &answer, &said, err);
    buf_free(&answer.body);
    if (!good)
        return false;
    const json_t *error = json_object_get(said, "error");
    if (error != NULL)
        return refused(call, json_object_get(error, "data"), err);
    /* Neither result nor error: the method answered nothing. */
    json_t *result = json_object_get(said, "result");
    *out = json_incref(result);
    return true;
}

bool
odoo_sign_in(struct odoo *odoo, struct err *err)
{
    static const struct odoo_call version = { "common", "version", NULL, true };
    static const struct odoo_call sign = { "common", "authenticate", NULL,
                                           true };
    CLEANUP(json_decrefp)
    json_t *body = envelope("common", "version", json_array());
    CLEANUP(json_decrefp) json_t *about = NULL, *uid = NULL, *question = NULL;

    if (odoo->version == 0 && odoo->api != ODOO_JSON2) {
        if (!exchange_rpc(odoo, &version, body, &about, err))
            return false;
        const json_t *info = json_object_get(about, "server_version_info");
        const char *major = json_string_value(json_array_get(info, 0));
        if (major == NULL || !text_number(major, 10000, &odoo->version))
            return err_set(err, TP6012, "odoo does not say its version");
    }
    if (odoo->api == ODOO_AUTO)
        odoo->api = odoo->version >= JSON2_FROM ? ODOO_JSON2 : ODOO_JSONRPC;
    if (odoo->api == ODOO_JSON2 || odoo->uid != 0)
        return true;
    question = envelope("common", "authenticate",
                        json_pack("[s, s, s, {}]", odoo->database, odoo->user,
                                  buf_text(&odoo->key)));
    if (!exchange_rpc(odoo, &sign, question, &uid, err))
        return false;
    long number = 0;
    if (!json_is_string(uid) ||
        !text_number(json_string_value(uid), 1000000000, &number))
        return err_set(err, TP6003, "odoo does not let %s in", odoo->user);
    odoo->uid = number;
    return true;
}

/* Named arguments as execute_kw has them: some by place, the rest by name. */
static json_t *
places_of(const char *method, json_t *named)
{
    json_t *list = json_array();
    size_t i = 0;

    while (i < sizeof positional / sizeof *positional &&
           !text_equal(positional[i].method, method))
        i++;
    if (i == sizeof positional / sizeof *positional) {
        json_t *ids = json_object_get(named, "ids");
        if (ids != NULL)
            json_array_append(list, ids);
        json_object_del(named, "ids");
        return list;
    }
    for (size_t k = 0; k < 3 && positional[i].names[k] != NULL; k++) {
        json_t *value = json_object_get(named, positional[i].names[k]);
        if (value == NULL)
            break;
        json_array_append(list, value);
        json_object_del(named, positional[i].names[k]);
    }
    return list;
}

static bool
by_rpc(struct odoo *odoo, const struct odoo_call *call, json_t **out,
       struct err *err)
{
    json_t *places = places_of(call->method, call->arguments);
    CLEANUP(json_decrefp)
    json_t *body =
        envelope("object", "execute_kw",
                 json_pack("[s, I, s, s, s, o, O]", odoo->database, odoo->uid,
                           buf_text(&odoo->key), call->model, call->method,
                           places, call->arguments));

    return exchange_rpc(odoo, call, body, out, err);
}

/* ---- JSON-2 */

static bool
by_json2(struct odoo *odoo, const struct odoo_call *call, json_t **out,
         struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *said = NULL;
    struct http_answer answer = { 0 };
    const char *url = arena_printf(arena, "%s/json/2/%s/%s", odoo->url,
                                   call->model, call->method);
    struct http_request asked = { .method = "POST",
                                  .url = url,
                                  .reads = call->reads };
    struct err unread = { 0 };
    bool good;

    *out = NULL;
    if (!send(odoo, &(struct posted){ url, call->arguments, true, call->reads },
              &answer, err)) {
        buf_free(&answer.body);
        return false;
    }
    bool fine = answer.status >= 200 && answer.status < 300;
    bool named =
        !fine &&
        exact_parse(&said, buf_text(&answer.body), answer.body.size, &unread) &&
        json_object_get(said, "name") != NULL;
    if (named)
        good = refused(call, said, err);
    else
        good = http_classify(&asked, &answer, "odoo", err) &&
               read_answer(call, &answer, out, err);
    buf_free(&answer.body);
    return good;
}

bool
odoo_call(struct odoo *odoo, struct odoo_call call, json_t **out,
          struct err *err)
{
    *out = NULL;
    bool good = odoo_sign_in(odoo, err) &&
                (odoo->api == ODOO_JSON2 ? by_json2(odoo, &call, out, err)
                                         : by_rpc(odoo, &call, out, err));
    json_decref(call.arguments);
    return good;
}

bool
odoo_fields(struct odoo *odoo, const char *model, const json_t **fields,
            struct err *err)
{
    json_t *known = json_object_get(odoo->models, model);

    if (known == NULL) {
        struct odoo_call call = { model, "fields_get",
                                  json_pack("{s:[s,s,s,s,s]}", "attributes",
                                            "type", "relation", "readonly",
                                            "required", "selection"),
                                  true };
        if (!odoo_call(odoo, call, &known, err))
            return false;
        if (!json_is_object(known)) {
            json_decref(known);
            return err_set(err, TP6012, "%s.fields_get answered no object",
                           model);
        }
        json_object_set_new(odoo->models, model, known);
    }
    *fields = known;
    return true;
}
