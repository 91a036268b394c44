/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated Odoo's addresses: POST /jsonrpc and POST /json/2/MODEL/METHOD,
 * answered as a recorded Odoo 19.0 does. The user's key is the sandbox's NAV
 * key; the database is called "odoo". */
#include <string.h>

#include "base/text.h"
#include "sandbox/odoo.h"

enum { UID = 2 };
static const char database[] = "odoo";

/* The order in which execute_kw takes what JSON-2 takes by name. */
static const struct {
    const char *method, *names[3];
} positional[] = {
    { "create", { "vals_list" } },    { "write", { "ids", "vals" } },
    { "unlink", { "ids" } },          { "search_read", { "domain" } },
    { "search_count", { "domain" } }, { "load", { "fields", "data" } }
};

static json_t *
data_of(const char *name, const char *message)
{
    return json_pack("{s:s, s:s, s:[s], s:{}, s:s}", "name", name, "message",
                     message, "arguments", message, "context", "debug",
                     "Traceback (most recent call last): ...");
}

/* ---- JSON-RPC */

static void
rpc_result(struct call *call, json_t *result)
{
    json_t *answer = json_pack("{s:s, s:i}", "jsonrpc", "2.0", "id", 1);

    if (result != NULL)
        json_object_set_new(answer, "result", result);
    call_answer_json(call, 200, answer);
}

static void
rpc_error(struct call *call, const char *name, const char *message)
{
    call_answer_json(call, 200,
                     json_pack("{s:s, s:i, s:{s:i, s:s, s:o}}", "jsonrpc",
                               "2.0", "id", 1, "error", "code", 0, "message",
                               "Odoo Server Error", "data",
                               data_of(name, message)));
}

static const char *
text_at(const json_t *list, size_t i)
{
    const char *text = json_string_value(json_array_get(list, i));

    return text != NULL ? text : "";
}

static bool
knows(struct sandbox *box, const char *base, const char *key)
{
    return text_equal(base, database) && text_equal(key, box->options.key);
}

static void
common(struct sandbox *box, struct call *call, const char *method,
       const json_t *args)
{
    if (text_equal(method, "version"))
        rpc_result(call,
                   json_pack("{s:s, s:[i, i, i, s, i, s], s:i}",
                             "server_version", "19.0", "server_version_info",
                             19, 0, 0, "final", 0, "", "protocol_version", 1));
    else if (text_equal(method, "authenticate"))
        rpc_result(call, knows(box, text_at(args, 0), text_at(args, 2)) &&
                                 text_equal(text_at(args, 1), box->options.user)
                             ? json_integer(UID)
                             : json_false());
    else
        rpc_error(call, "builtins.AttributeError", "no such method");
}

/* [positional], {named} as one object. */
static json_t *
named_of(const char *method, const json_t *places, const json_t *named)
{
    json_t *all = json_is_object(named)
                      ? json_deep_copy((json_t *)(uintptr_t)named)
                      : json_object();
    size_t i = 0;

    while (i < sizeof positional / sizeof *positional &&
           !text_equal(positional[i].method, method))
        i++;
    for (size_t k = 0; i < sizeof positional / sizeof *positional &&
                       k < json_array_size(places) && k < 3;
         k++)
        json_object_set(all, positional[i].names[k], json_array_get(places, k));
    return all;
}

static void
object(struct sandbox *box, struct call *call, const json_t *args)
{
    json_t *named CLEANUP(json_decrefp) = named_of(
        text_at(args, 4), json_array_get(args, 5), json_array_get(args, 6));
    struct odoo_ask ask = { .box = box,
                            .arena = call->arena,
                            .model = text_at(args, 3),
                            .method = text_at(args, 4),
                            .named = named };

    if (!knows(box, text_at(args, 0), text_at(args, 2)) ||
        json_integer_value(json_array_get(args, 1)) != UID) {
        rpc_error(call, "odoo.exceptions.AccessDenied", "Access Denied");
        return;
    }
    odoo_run(&ask);
    if (ask.error != NULL)
        rpc_error(call, ask.error, ask.message);
    else
        rpc_result(call, ask.result);
}

static void
rpc(struct sandbox *box, struct call *call)
{
    json_t *body CLEANUP(json_decrefp) = call_body(call);
    const json_t *params = json_object_get(body, "params");
    const char *service = row_text(params, "service");
    const json_t *args = json_object_get(params, "args");

    if (text_equal(service, "common"))
        common(box, call, row_text(params, "method"), args);
    else if (text_equal(service, "object") &&
             text_equal(row_text(params, "method"), "execute_kw"))
        object(box, call, args);
    else
        rpc_error(call, "builtins.KeyError", "no such service");
}

/* ---- JSON-2 */

static int
status_of(const char *error)
{
    if (strstr(error, "NotFound") != NULL)
        return 404;
    return strstr(error, "UserError") || strstr(error, "ValidationError") ||
                   strstr(error, "Unprocessable") ||
                   strstr(error, "MissingError")
               ? 422
               : 500;
}

static void
json2(struct sandbox *box, struct call *call)
{
    const char *path = call->path + strlen("/json/2/");
    const char *slash = strchr(path, '/');
    const char *header = call_header(call, "Authorization");
    const char *base = call_header(call, "X-Odoo-Database");
    json_t *body CLEANUP(json_decrefp) = call_body(call);

    if (header == NULL || strncasecmp(header, "bearer ", 7) != 0 ||
        !knows(box, base != NULL ? base : database, header + 7)) {
        call_answer_json(
            call, 401,
            data_of("werkzeug.exceptions.Unauthorized", "Invalid apikey"));
        return;
    }
    struct odoo_ask ask = { .box = box,
                            .arena = call->arena,
                            .model = arena_strndup(
                                call->arena, path,
                                slash ? (size_t)(slash - path) : strlen(path)),
                            .method = slash ? slash + 1 : "",
                            .named = body };
    odoo_run(&ask);
    if (ask.error != NULL)
        call_answer_json(call, status_of(ask.error),
                         data_of(ask.error, ask.message));
    else
        call_answer_json(call, 200, ask.result ? ask.result : json_null());
}

void
odoo_handle(struct sandbox *box, struct call *call)
{
    odoo_seed(&box->world);
    if (!call_is(call, "POST"))
        call_answer(call, 405, "text/plain", "Method Not Allowed");
    else if (text_equal(call->path, "/jsonrpc"))
        rpc(box, call);
    else if (text_starts(call->path, "/json/2/"))
        json2(box, call);
    else
        call_answer(call, 404, "text/html", "Not Found");
}
