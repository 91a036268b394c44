/* SPDX-License-Identifier: Apache-2.0 */
/* The service: opening, signing in, one exchange, its company. */
#include "system/odata.h"

#include <string.h>

#include "base/text.h"
#include "system/exact.h"
#include "system/odata_private.h"

static const struct odata_profile profiles[] = {
    { "bc-api-v2", "/api/v2.0", true },
    { "nav-odata", "/ODataV4", false },
};

static const struct odata_profile *
find_profile(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (text_equal(profiles[i].name, name))
            return &profiles[i];
    return NULL;
}

static const char *
keep(struct arena *arena, const char *text)
{
    return text_empty(text) ? NULL : arena_strdup(arena, text);
}

/* The instance's address: without a final "/" and without a service path. */
static const char *
instance_of(struct arena *arena, const char *url)
{
    static const char *const paths[] = { "/", "/api/v2.0", "/ODataV4" };
    char *copy = arena_strdup(arena, url);

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        while (text_ends(copy, paths[i]))
            copy[strlen(copy) - strlen(paths[i])] = '\0';
    return copy;
}

static void
copy_settings(struct odata *service, const struct odata_settings *from)
{
    struct arena *arena = service->arena;
    struct odata_settings *to = &service->settings;

    *to = *from;
    to->url = instance_of(arena, from->url);
    to->company = keep(arena, from->company);
    to->ca_file = keep(arena, from->ca_file);
    to->user = keep(arena, from->user);
    to->password = keep(arena, from->password);
}

static bool
open_sign_in(struct odata *service, const struct odata_settings *from,
             struct err *err)
{
    struct oauth_settings oauth = { .url = from->token_url,
                                    .grant = "client_credentials",
                                    .client = from->client,
                                    .secret = from->client_secret,
                                    .scope = from->scope };

    if (text_empty(from->token_url))
        return true;
    return oauth_open(&service->oauth, service->http, &oauth, err);
}

bool
odata_open(struct odata **out, const struct odata_settings *settings,
           struct err *err)
{
    const struct odata_profile *profile = find_profile(settings->profile);
    struct http_limits limits = { .total_ms = settings->total_ms,
                                  .ca_file = settings->ca_file,
                                  .traffic = settings->traffic };

    if (profile == NULL)
        return err_set(err, TP6001,
                       "profile '%s' is unknown; 'bc-api-v2' and 'nav-odata' "
                       "are there",
                       settings->profile);
    if (text_empty(settings->url) || text_empty(settings->company))
        return err_set(err, TP6001, "url and company are needed");
    struct arena *arena = arena_new();
    struct odata *service = arena_alloc(arena, sizeof *service);
    service->arena = arena;
    service->profile = profile;
    copy_settings(service, settings);
    if (!http_open(&service->http, &limits, err) ||
        !open_sign_in(service, settings, err)) {
        odata_close(&service);
        return false;
    }
    *out = service;
    return true;
}

void
odata_close(struct odata **service)
{
    if (*service == NULL)
        return;
    struct arena *arena = (*service)->arena;
    if ((*service)->oauth != NULL)
        oauth_close(&(*service)->oauth);
    if ((*service)->http != NULL)
        http_close(&(*service)->http);
    metadata_free(&(*service)->metadata[ODATA_MAIN]);
    metadata_free(&(*service)->metadata[ODATA_PAGES]);
    *service = NULL;
    arena_free(&arena);
}

/* Headers of one call, for as long as the arena lives. */
static const char *const *
headers_of(const struct odata *service, const struct odata_ask *call,
           struct arena *arena)
{
    const char **list = arena_alloc(arena, 10 * sizeof *list);
    bool gets = strcmp(call->method, "GET") == 0;
    size_t count = 0;

    list[count++] = call->xml
                        ? "Accept: application/xml"
                        : "Accept: application/json;IEEE754Compatible=true";
    list[count++] = "OData-Version: 4.0";
    list[count++] = "OData-MaxVersion: 4.0";
    /* The texts of errors are compared and shown: always the same language. */
    list[count++] = "Accept-Language: en-US";
    if (gets && !call->xml)
        list[count++] = call->replica ? "Data-Access-Intent: ReadOnly"
                                      : "Data-Access-Intent: ReadWrite";
    if (gets && !call->xml && service->settings.page_size > 0)
        list[count++] = arena_printf(arena, "Prefer: odata.maxpagesize=%ld",
                                     service->settings.page_size);
    if (call->body != NULL)
        list[count++] = "Content-Type: application/json";
    if (call->etag != NULL)
        list[count++] = arena_printf(arena, "If-Match: %s", call->etag);
    return list;
}

static bool
send_once(struct odata *service, struct http_request *request,
          struct http_answer *answer, unsigned *signed_in, struct err *err)
{
    if (service->oauth != NULL) {
        if (!oauth_token(service->oauth, &request->bearer, err))
            return false;
        *signed_in = oauth_sign_ins(service->oauth);
    }
    return http_send(service->http, request, answer, err);
}

/* Remembers the server's code of a refusal, so that callers may tell a key
 * that exists from a row that changed. */
static void
note_code(struct odata *service, const struct http_answer *answer)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct err ignored = { 0 };

    service->last_code[0] = '\0';
    if (answer->status < 400 || answer->body.size == 0 ||
        !exact_parse(&body, answer->body.text, answer->body.size, &ignored))
        return;
    text_copy(service->last_code, sizeof service->last_code,
              exact_word(json_object_get(body, "error"), "code"));
}

/* "purchaseOrders" of an address, for the place of an error. */
static const char *
short_path(const struct odata *service, const char *url, struct arena *arena)
{
    const char *at = url;

    for (int i = 0; i < 2; i++)
        if (service->roots[i] != NULL && text_starts(url, service->roots[i]))
            at = url + strlen(service->roots[i]) + 1;
    if (at == url && text_starts(url, service->settings.url))
        at = url + strlen(service->settings.url) + 1;
    return arena_printf(arena, "%.*s", (int)strcspn(at, "?"), at);
}

bool
odata_exchange(struct odata *service, const struct odata_ask *call,
               struct http_answer *answer, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(buf_free) struct buf body = { 0 };
    struct http_request request = { .method = call->method,
                                    .url = call->url,
                                    .reads = call->reads,
                                    .user = service->settings.user,
                                    .password = service->settings.password };

    if (call->body != NULL)
        exact_dump(&body, call->body);
    if (strcmp(call->method, "GET") != 0) {
        request.body = buf_text(&body);
        request.body_size = body.size;
    }
    request.headers = headers_of(service, call, arena);
    service->last_code[0] = '\0';
    unsigned signed_in = 0;
    bool sent = send_once(service, &request, answer, &signed_in, err);
    if (sent && answer->status == 401 && service->oauth != NULL) {
        if (oauth_sign_ins(service->oauth) == signed_in)
            oauth_forget(service->oauth);
        sent = send_once(service, &request, answer, &signed_in, err);
    }
    if (sent)
        note_code(service, answer);
    if (!sent)
        return false;
    if (odata_refusal(&request, answer, err))
        return true;
    return err_at(err, "%s %s", call->method,
                  short_path(service, call->url, arena));
}

bool
odata_read(const struct http_answer *answer, json_t **out, struct err *err)
{
    return exact_parse(out, buf_text(&answer->body), answer->body.size, err);
}

const char *
odata_last_code(const struct odata *service)
{
    return service->last_code;
}

/* companies(ID) by the company's name, capitals and all. */
static bool
pick_company(struct odata *service, const json_t *answer, const char *base,
             struct err *err)
{
    const json_t *rows = json_object_get(answer, "value");
    CLEANUP(buf_free) struct buf names = { 0 };

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *name = exact_word(row, "name"), *id = exact_text(row, "id");
        if (id != NULL && strcmp(name, service->settings.company) == 0) {
            service->roots[ODATA_MAIN] =
                arena_printf(service->arena, "%s/companies(%s)", base, id);
            return true;
        }
        buf_addf(&names, "%s'%s'", i > 0 ? ", " : "", name);
    }
    return err_set(
        err, TP6002, "company '%s' is not there; the service has %.180s",
        service->settings.company, names.size > 0 ? names.text : "none");
}

static bool
find_company(struct odata *service, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *rows = NULL;
    struct http_answer answer = { 0 };
    const char *base = odata_service(service, ODATA_MAIN, arena);
    struct odata_ask call = { .method = "GET",
                              .url =
                                  arena_printf(arena, "%s/companies", base) };

    bool good = odata_exchange(service, &call, &answer, err) &&
                odata_read(&answer, &rows, err) &&
                pick_company(service, rows, base, err);
    buf_free(&answer.body);
    return good;
}

bool
odata_address(struct odata *service, enum odata_root root, const char **address,
              struct err *err)
{
    struct arena *arena = service->arena;

    if (service->roots[root] == NULL) {
        if (root == ODATA_MAIN && service->profile->company_by_id) {
            if (!find_company(service, err))
                return false;
        } else {
            service->roots[root] = arena_printf(
                arena, "%s/Company(%s)", odata_service(service, root, arena),
                odata_key(arena, service->settings.company));
        }
    }
    *address = service->roots[root];
    return true;
}
