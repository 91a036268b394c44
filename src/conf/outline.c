/* SPDX-License-Identifier: Apache-2.0 */
/* The settings as they are in force, for somebody else's eyes. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "conf/conf_private.h"

static bool
names_a_secret(const char *name)
{
    static const char *const words[] = { "secret", "pass", "key", "token",
                                         "credential" };

    for (size_t i = 0; name != NULL && i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(name, words[i]) != NULL)
            return true;
    return false;
}

/* A reference to a secret is no secret; anything else in its place may be. */
static bool
is_told(const struct conf_group *node)
{
    const struct conf_group *named = node->name != NULL ? node : node->parent;

    return node->kind != NODE_TEXT ||
           (text_starts(node->text, "secret:") &&
            conf_secret_name(node->text + strlen("secret:"))) ||
           named == NULL || !names_a_secret(named->name);
}

/* Without the user and password, and the query, that a URL may hold. */
static void
add_text(struct buf *out, const char *text)
{
    const char *scheme = strstr(text, "://");

    if (scheme == NULL) {
        buf_addf(out, "\"%s\"", text);
        return;
    }
    const char *host = scheme + 3;
    size_t size = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', size);
    if (at != NULL)
        host = at + 1;
    buf_addf(out, "\"%.*s%.*s%s\"", (int)(scheme + 3 - text), text,
             (int)strcspn(host, "?#"), host,
             host[strcspn(host, "?#")] != '\0' ? "(left out)" : "");
}

static void
add_nodes(struct buf *out, const struct conf_group *group, const char *prefix)
{
    char path[256];

    for (const struct conf_group *n = group->first; n != NULL; n = n->next) {
        tree_path(n, path, sizeof path);
        if (n->kind == NODE_GROUP || n->kind == NODE_LIST) {
            add_nodes(out, n, prefix);
            continue;
        }
        buf_addf(out, "%s%s = ", prefix, path);
        if (!is_told(n))
            buf_adds(out, "(left out)");
        else if (n->kind == NODE_TEXT)
            add_text(out, n->text);
        else
            buf_adds(out, n->text);
        buf_addc(out, '\n');
    }
}

void
conf_group_says(const struct conf_group *group, struct buf *out)
{
    char path[256];

    for (const struct conf_group *n = group ? group->first : NULL; n != NULL;
         n = n->next) {
        if (n->kind == NODE_GROUP || n->kind == NODE_LIST) {
            conf_group_says(n, out);
            continue;
        }
        tree_path(n, path, sizeof path);
        buf_addf(out, "%s=%s\n", path, n->text);
    }
}

void
conf_outline(const struct conf *conf, struct buf *out)
{
    char prefix[80];

    add_nodes(out, conf->settings, "");
    for (size_t i = 0; i < partner_count(conf); i++) {
        const struct partner *partner = partner_at(conf, i);
        text_format(prefix, sizeof prefix, "%s: ", partner->code);
        add_nodes(out, partner->group, prefix);
    }
}
