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

static bool
is_absolute(const char *link)
{
    return strcspn(link, ":") < strcspn(link, "?#/");
}

/* A reference as RFC 3986 resolves it, without "." and ".." segments, which
 * no server of OData writes. */
static const char *
resolve(struct arena *arena, const char *base, const char *link)
{
    size_t path = strcspn(base, "?#");
    char origin[300];

    if (is_absolute(link))
        return link;
    if (text_starts(link, "//"))
        return arena_printf(arena, "%.*s%s", (int)strcspn(base, "/"), base,
                            link);
    if (link[0] == '/')
        return origin_of(base, origin, sizeof origin)
                   ? arena_printf(arena, "%s%s", origin, link)
                   : link;
    if (link[0] != '?')
        while (path > 0 && base[path - 1] != '/')
            path--;
    return arena_printf(arena, "%.*s%s", (int)path, base, link);
}

bool
odata_next(struct arena *arena, const struct odata_page *page,
           const char **next, struct err *err)
{
    char here[300], there[300];
    const char *base = page->url;

    if (!text_empty(page->context))
        base = resolve(arena, base, page->context);
    *next = resolve(arena, base, page->link);
    if (origin_of(page->url, here, sizeof here) &&
        origin_of(*next, there, sizeof there) && strcmp(here, there) == 0)
        return true;
    return err_set(err, TP6014,
                   "the next page is at '%.80s', not at '%.80s'; credentials "
                   "are not sent there",
                   *next, here);
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
