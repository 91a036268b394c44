/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, sign-in and errors of the simulated NAV. */
#include "sandbox/nav.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sandbox/base64.h"

#define ROOT_API   "/BC/api/v2.0"
#define ROOT_PAGES "/BC/ODataV4"

bool
nav_fail(struct call *call, int status, const char *code, const char *format,
         ...)
{
    char text[1000], seed[64], correlation[GUID_TEXT];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)text_format(seed, sizeof seed, "%p:%zu", (const void *)call,
                      strlen(text));
    guid_of(seed, correlation);
    json_t *error =
        json_pack("{s:{s:s,s:o}}", "error", "code", code, "message",
                  json_sprintf("%s  CorrelationId:  %s.", text, correlation));
    call_answer_json(call, status, error);
    call_add_header(call, "request-id", correlation);
    return false;
}

bool
nav_refuse(struct sandbox *box, struct call *call)
{
    (void)box;
    nav_fail(call, 401, "Authentication_InvalidCredentials",
             "The server has rejected the client credentials.");
    call_add_header(call, "WWW-Authenticate", "Bearer");
    call_add_header(call, "WWW-Authenticate", "Basic realm=\"\"");
    return false;
}

static bool
signed_in(struct sandbox *box, struct call *call)
{
    const char *header = call_header(call, "Authorization");
    if (header && strncasecmp(header, "Basic ", 6) == 0) {
        const char *wanted = arena_printf(call->arena, "%s:%s",
                                          box->options.user, box->options.key);
        if (text_equal(base64_decode(call->arena, header + 6), wanted))
            return true;
    }
    if (header && strncasecmp(header, "Bearer ", 7) == 0 &&
        token_check(box, SERVICE_NAV, header + 7) == TOKEN_GOOD)
        return true;
    return nav_refuse(box, call);
}

/* Splits at "/" outside quotes and parentheses; "Name(key)" into both. */
static bool
read_steps(struct call *call, const char *path, struct target *target)
{
    while (*path == '/')
        path++;
    while (*path != '\0') {
        if (target->count == NAV_STEPS)
            return nav_fail(call, 404, "BadRequest_NotFound",
                            "Bad Request - Error in query syntax.");
        struct step *step = &target->steps[target->count++];
        size_t name = strcspn(path, "(/");
        (void)text_format(step->name, sizeof step->name, "%.*s", (int)name,
                          path);
        path += name;
        if (*path == '(') {
            bool quoted = false;
            size_t end = 1;
            for (; path[end] != '\0' && (quoted || path[end] != ')'); end++)
                quoted ^= path[end] == '\'';
            if (path[end] != ')')
                return nav_fail(call, 400, "BadRequest_NotFound",
                                "Bad Request - Error in query syntax.");
            step->keyed = true;
            (void)text_format(step->key, sizeof step->key, "%.*s", (int)end - 1,
                              path + 1);
            path += end + 1;
        }
        while (*path == '/')
            path++;
    }
    return true;
}

static bool
no_company(struct call *call, const char *name)
{
    return nav_fail(call, 404, "Internal_CompanyNotFound",
                    "The company \"%s\" does not exist.", name);
}

static void
drop_step(struct target *target)
{
    target->count--;
    memmove(target->steps, target->steps + 1,
            target->count * sizeof *target->steps);
}

/* 'A''B' as A'B. */
static void
unquote(char *text)
{
    size_t size = strlen(text), out = 0;
    if (size < 2 || text[0] != '\'' || text[size - 1] != '\'')
        return;
    for (size_t i = 1; i + 1 < size; i++) {
        text[out++] = text[i];
        i += text[i] == '\'' && text[i + 1] == '\'';
    }
    text[out] = '\0';
}

static bool
is_our_company(struct sandbox *box, const char *name)
{
    const json_t *row =
        world_find(&box->world, "companies", "name", NAV_COMPANY);
    return text_equal(name, NAV_COMPANY) ||
           strcasecmp(name, row_text(row, "id")) == 0;
}

/* Takes the company from the address or from ?company=. */
static bool
read_company(struct sandbox *box, struct call *call, struct target *target)
{
    bool api = target->face == FACE_API;
    struct step *first = &target->steps[0];
    const char *query = call_query(call, "company");
    char name[400];
    if (target->count > 1 &&
        text_equal(first->name, api ? "companies" : "Company")) {
        char *key =
            text_starts(first->key, "Id=") ? first->key + 3 : first->key;
        unquote(key);
        (void)text_copy(name, sizeof name, key);
        drop_step(target);
    } else if (query) {
        (void)text_copy(name, sizeof name, query);
    } else {
        return nav_fail(call, 400, "BadRequest_NotFound",
                        "The company must be named in the address.");
    }
    if (!is_our_company(box, name))
        return no_company(call, name);
    const json_t *row =
        world_find(&box->world, "companies", "name", NAV_COMPANY);
    if (api)
        (void)text_format(target->company, sizeof target->company,
                          "companies(%s)", row_text(row, "id"));
    else
        (void)text_format(target->company, sizeof target->company,
                          "Company('%s')",
                          text_url_encode(call->arena, NAV_COMPANY));
    return true;
}

static void
list_companies(struct sandbox *box, struct call *call, enum face face)
{
    json_t *value = json_array();
    const char *id;
    json_t *row;
    json_object_foreach(world_table(&box->world, "companies"), id, row)
    {
        if (face == FACE_API)
            json_array_append_new(
                value,
                json_pack("{s:s,s:s,s:s,s:s,s:s}", "id", id, "systemVersion",
                          "26.0.0.0", "name", row_text(row, "name"),
                          "displayName", row_text(row, "name"),
                          "businessProfileId", ""));
        else
            json_array_append_new(
                value,
                json_pack("{s:s,s:b,s:s,s:s}", "Name", row_text(row, "name"),
                          "Evaluation_Company", 0, "Display_Name",
                          row_text(row, "name"), "Id", id));
    }
    call_answer_json(
        call, 200,
        json_pack("{s:o,s:o}", "@odata.context",
                  json_sprintf("http://%s%s/$metadata#%s", call->host,
                               face == FACE_API ? ROOT_API : ROOT_PAGES,
                               face == FACE_API ? "companies" : "Company"),
                  "value", value));
}

static void
show_company(struct sandbox *box, struct call *call, const char *key)
{
    if (!is_our_company(box, key)) {
        (void)no_company(call, key);
        return;
    }
    const json_t *row =
        world_find(&box->world, "companies", "name", NAV_COMPANY);
    call_answer_json(call, 200,
                     json_pack("{s:s,s:s,s:s}", "id", row_text(row, "id"),
                               "name", NAV_COMPANY, "displayName",
                               NAV_COMPANY));
}

static bool
is_company_list(const struct target *target)
{
    return target->count == 1 && !target->steps[0].keyed &&
           text_equal(target->steps[0].name,
                      target->face == FACE_API ? "companies" : "Company");
}

static void
dispatch(struct sandbox *box, struct call *call, struct target *target)
{
    const struct step *last = &target->steps[target->count - 1];
    if (target->face == FACE_PAGE && target->count == 1 &&
        text_starts(last->name, "TradepostPosting_"))
        nav_codeunit(box, call, last->name + strlen("TradepostPosting_"));
    else if (text_starts(last->name, "Microsoft.NAV."))
        nav_action(box, call, target);
    else if (call_is(call, "GET"))
        nav_get(box, call, target);
    else if (call_is(call, "POST"))
        nav_post(box, call, target);
    else if (call_is(call, "PATCH"))
        nav_patch(box, call, target);
    else if (call_is(call, "DELETE"))
        nav_delete(box, call, target);
    else
        nav_fail(call, 405, "BadRequest_MethodNotAllowed",
                 "The method '%s' is not allowed.", call->method);
}

static bool
is_disabled(const struct sandbox *box, enum face face)
{
    return text_equal(box->options.disable, face == FACE_API ? "api" : "odata");
}

void
nav_handle(struct sandbox *box, struct call *call)
{
    struct target target = { 0 };
    const char *accept = call_header(call, "Accept");
    const char *rest;
    if (text_starts(call->path, ROOT_API)) {
        target.face = FACE_API;
        rest = call->path + strlen(ROOT_API);
    } else if (text_starts(call->path, ROOT_PAGES)) {
        target.face = FACE_PAGE;
        rest = call->path + strlen(ROOT_PAGES);
    } else {
        nav_fail(call, 404, "BadRequest_NotFound",
                 "No HTTP resource was found at '%s'.", call->path);
        return;
    }
    (void)text_format(target.root, sizeof target.root, "http://%s%s",
                      call->host,
                      target.face == FACE_API ? ROOT_API : ROOT_PAGES);
    target.ieee754 = accept && strcasestr(accept, "IEEE754Compatible=true");
    if (is_disabled(box, target.face)) {
        nav_fail(call, 405, "BadRequest_MethodNotAllowed",
                 "The endpoint is not enabled on this server.");
        return;
    }
    if (!signed_in(box, call) || !read_steps(call, rest, &target))
        return;
    if (target.count == 1 && text_equal(target.steps[0].name, "$metadata"))
        nav_metadata(box, call, target.face);
    else if (is_company_list(&target))
        list_companies(box, call, target.face);
    else if (target.face == FACE_API && target.count == 1 &&
             text_equal(target.steps[0].name, "companies"))
        show_company(box, call, target.steps[0].key);
    else if (read_company(box, call, &target) && target.count > 0)
        dispatch(box, call, &target);
}
