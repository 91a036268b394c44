/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs: lists with their pages, rows, changes, actions, metadata. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "system/exact.h"
#include "system/odata_private.h"

enum { MAX_PAGES = 5000 };

/* Addresses already read, so that a server that pages in a circle is told
 * from one that has much to say. */
struct trail {
    const char *seen[MAX_PAGES];
    size_t count;
};

static bool
walk_on(struct trail *trail, const char *url, struct err *err)
{
    for (size_t i = 0; i < trail->count; i++)
        if (strcmp(trail->seen[i], url) == 0)
            return err_set(err, TP6014, "page %zu names page %zu as the next",
                           trail->count, i + 1);
    if (trail->count == MAX_PAGES)
        return err_set(err, TP6014, "the list has more than %d pages",
                       MAX_PAGES);
    trail->seen[trail->count++] = url;
    return true;
}

static bool
give_rows(const json_t *page, odata_row *take, void *user, struct err *err)
{
    const json_t *rows = json_object_get(page, "value");

    if (!json_is_array(rows))
        return err_set(err, TP6012, "the answer has no list 'value'");
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (!take(user, json_array_get(rows, i), err))
            return false;
    return true;
}

static bool
read_json(struct odata *service, const struct odata_ask *call, json_t **out,
          struct err *err)
{
    struct http_answer answer = { 0 };
    bool good = odata_exchange(service, call, &answer, err) &&
                odata_read(&answer, out, err);

    buf_free(&answer.body);
    return good;
}

bool
odata_list(struct odata *service, enum odata_root root, const char *set,
           const struct odata_query *query, odata_row *take, void *user,
           struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct trail *trail = arena_alloc(arena, sizeof *trail);
    const char *address, *url;

    if (!odata_address(service, root, &address, err))
        return false;
    url = odata_url(arena, arena_printf(arena, "%s/%s", address, set), query);
    while (url != NULL) {
        CLEANUP(json_decrefp) json_t *page = NULL;
        struct odata_ask call = { .method = "GET",
                                  .url = url,
                                  .replica = query && query->replica };
        if (!walk_on(trail, url, err) ||
            !read_json(service, &call, &page, err) ||
            !give_rows(page, take, user, err))
            return false;
        struct odata_page here = { url, exact_text(page, "@odata.context"),
                                   exact_text(page, "@odata.nextLink") };
        const char *next = NULL;
        if (here.link != NULL && !odata_next(arena, &here, &next, err))
            return false;
        url = next != NULL ? arena_strdup(arena, next) : NULL;
    }
    return true;
}

struct first {
    json_t **row;
    size_t *count;
};

/* Ends the list at the second row; the caller's err stays its own. */
static bool
take_first(void *user, json_t *row, struct err *err)
{
    struct first *first = user;

    (void)err;
    if (*first->count == 0)
        *first->row = json_incref(row);
    return ++*first->count < 2;
}

bool
odata_first(struct odata *service, enum odata_root root, const char *set,
            const struct odata_query *query, json_t **row, size_t *count,
            struct err *err)
{
    struct first first = { row, count };

    *row = NULL;
    *count = 0;
    return odata_list(service, root, set, query, take_first, &first, err) ||
           *count == 2;
}

/* The address of a path under the company. */
static bool
address_of(struct odata *service, enum odata_root root, const char *path,
           struct arena *arena, const char **url, struct err *err)
{
    const char *address;

    if (!odata_address(service, root, &address, err))
        return false;
    *url = arena_printf(arena, "%s/%s", address, path);
    return true;
}

/* "purchaseInvoices(ID)": whoever answers with another row has not understood
 * the question, and what follows from it would be wrong. */
static bool
is_asked_for(const char *path, const json_t *row, struct err *err)
{
    const char *id = exact_text(row, "id"), *open = strchr(path, '(');

    if (id == NULL || open == NULL || strlen(open + 1) != strlen(id) + 1 ||
        strchr(open, '=') != NULL || strncasecmp(open + 1, id, strlen(id)) == 0)
        return true;
    return err_set(err, TP6012, "%s was asked for, the row '%s' was answered",
                   path, id);
}

bool
odata_get(struct odata *service, enum odata_root root, const char *path,
          const struct odata_query *query, json_t **row, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct http_answer answer = { 0 };
    struct odata_ask call = { .method = "GET",
                              .replica = query && query->replica };

    *row = NULL;
    if (!address_of(service, root, path, arena, &call.url, err))
        return false;
    call.url = odata_url(arena, call.url, query);
    bool good = odata_exchange(service, &call, &answer, err);
    if (!good && answer.status == 404) {
        err_clear(err);
        buf_free(&answer.body);
        return true;
    }
    good =
        good && odata_read(&answer, row, err) && is_asked_for(path, *row, err);
    buf_free(&answer.body);
    return good;
}

/* A write: what cannot be read of its answer leaves its outcome open. */
static bool
change(struct odata *service, const struct odata_ask *call, json_t **out,
       struct err *err)
{
    struct http_answer answer = { 0 };
    struct err unread = { 0 };

    *out = NULL;
    bool good = odata_exchange(service, call, &answer, err);
    if (good && answer.body.size > 0 && !odata_read(&answer, out, &unread))
        good = err_set(err, call->reads ? TP6012 : TP6015,
                       "%s answered %ld, but %s", call->method, answer.status,
                       unread.text);
    buf_free(&answer.body);
    return good;
}

bool
odata_post(struct odata *service, enum odata_root root, const char *path,
           json_t *body, json_t **answer, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct odata_ask call = { .method = "POST", .body = body };

    return address_of(service, root, path, arena, &call.url, err) &&
           change(service, &call, answer, err);
}

bool
odata_patch(struct odata *service, enum odata_root root, const char *path,
            const char *etag, json_t *body, json_t **answer, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct odata_ask call = { .method = "PATCH",
                              .body = body,
                              .etag = etag != NULL ? etag : "*" };

    return address_of(service, root, path, arena, &call.url, err) &&
           change(service, &call, answer, err);
}

bool
odata_delete(struct odata *service, enum odata_root root, const char *path,
             struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *answer = NULL;
    struct odata_ask call = { .method = "DELETE", .etag = "*" };

    return address_of(service, root, path, arena, &call.url, err) &&
           change(service, &call, &answer, err);
}

bool
odata_act(struct odata *service, enum odata_root root, const char *path,
          const char *action, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *answer = NULL;
    struct odata_ask call = { .method = "POST" };

    return address_of(service, root, arena_printf(arena, "%s/%s", path, action),
                      arena, &call.url, err) &&
           change(service, &call, &answer, err);
}

static bool
call_procedure(struct odata *service, const char *action,
               struct odata_ask *call, struct buf *value, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    CLEANUP(json_decrefp) json_t *answer = NULL;

    call->method = "POST";
    call->url = arena_printf(arena, "%s/%s?company=%s",
                             odata_service(service, ODATA_PAGES, arena), action,
                             text_url_encode(arena, service->settings.company));
    if (!change(service, call, &answer, err))
        return false;
    buf_clear(value);
    buf_adds(value, exact_word(answer, "value"));
    return true;
}

bool
odata_call(struct odata *service, const char *action, json_t *body,
           struct buf *value, struct err *err)
{
    struct odata_ask call = { .body = body };

    return call_procedure(service, action, &call, value, err);
}

bool
odata_inquire(struct odata *service, const char *action, json_t *body,
              struct buf *value, struct err *err)
{
    struct odata_ask call = { .body = body, .reads = true };

    return call_procedure(service, action, &call, value, err);
}

bool
odata_metadata(struct odata *service, enum odata_root root,
               const struct metadata **out, struct err *err)
{
    CLEANUP(arena_free) struct arena *arena = arena_new();
    struct http_answer answer = { 0 };
    struct odata_ask call = { .method = "GET", .xml = true };
    bool good = true;

    if (service->metadata[root] == NULL) {
        call.url = arena_printf(arena, "%s/$metadata",
                                odata_service(service, root, arena));
        good = odata_exchange(service, &call, &answer, err);
        /* Another job may have read it meanwhile. */
        good = good &&
               (service->metadata[root] != NULL ||
                metadata_parse(&service->metadata[root], buf_text(&answer.body),
                               answer.body.size, err));
        buf_free(&answer.body);
    }
    *out = service->metadata[root];
    return good;
}
