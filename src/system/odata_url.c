/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: of services, companies, queries and next pages. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "system/odata_private.h"

/* "https://nav:7048" of an address, without a port that says nothing; lower
 * case. False when there is none. */
static bool
origin_of(const char *address, char *out, size_t out_size)
{
    const char *host = strstr(address, "://");

    if (host == NULL)
        return false;
    size_t size = (size_t)(host + 3 - address) + strcspn(host + 3, "/?#");
    if (size >= out_size)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = address[i];
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[size] = '\0';
    if (text_starts(out, "https://") && text_ends(out, ":443"))
        out[size - 4] = '\0';
    if (text_starts(out, "http://") && text_ends(out, ":80"))
        out[size - 3] = '\0';
    return true;
}

bool
odata_next(struct arena *arena, const char *from, const char *link,
           const char **next, struct err *err)
{
    char here[300], there[300];
    size_t path = strcspn(from, "?");

    *next = link;
    if (!origin_of(from, here, sizeof here))
        return err_set(err, TP6001, "'%.100s' is no address", from);
    if (strstr(link, "://") != NULL &&
        strcspn(link, "?#/") < strcspn(link, "?")) {
        if (origin_of(link, there, sizeof there) && strcmp(here, there) == 0)
            return true;
        return err_set(err, TP6014,
                       "the next page is at '%.80s', not at '%.80s'; "
                       "credentials are not sent there",
                       link, here);
    }
    if (link[0] == '/')
        *next = arena_printf(arena, "%s%s", here, link);
    else if (link[0] == '?')
        *next = arena_printf(arena, "%.*s%s", (int)path, from, link);
    else {
        while (path > 0 && from[path - 1] != '/')
            path--;
        *next = arena_printf(arena, "%.*s%s", (int)path, from, link);
    }
    return true;
}

static void
add_option(struct arena *arena, struct buf *out, const char *name,
           const char *value)
{
    if (text_empty(value))
        return;
    buf_addc(out, strchr(out->text, '?') != NULL ? '&' : '?');
    buf_addf(out, "%s=%s", name, text_url_encode(arena, value));
}

char *
odata_url(struct arena *arena, const char *address,
          const struct odata_query *query)
{
    CLEANUP(buf_free) struct buf out = { 0 };

    buf_adds(&out, address);
    if (query != NULL) {
        add_option(arena, &out, "$filter", query->filter);
        add_option(arena, &out, "$select", query->select);
        add_option(arena, &out, "$expand", query->expand);
        add_option(arena, &out, "$orderby", query->orderby);
    }
    return arena_strdup(arena, out.text);
}

const char *
odata_service(struct odata *service, enum odata_root root, struct arena *arena)
{
    const char *path = root == ODATA_MAIN ? service->profile->path : "/ODataV4";

    return arena_printf(arena, "%s%s", service->settings.url, path);
}
