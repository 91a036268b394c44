/* SPDX-License-Identifier: Apache-2.0 */
#include <libconfig.h>
#include <string.h>

#include "base/buf.h"
#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"

#define WORD_CHARACTERS          \
    "abcdefghijklmnopqrstuvwxyz" \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_*."

enum { FILE_LIMIT_BYTES = 4 << 20 };

static void
append(struct conf_group *parent, struct conf_group *node)
{
    node->parent = parent;
    node->next = NULL;
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
}

static enum node_kind
kind_of(int type)
{
    switch (type) {
    case CONFIG_TYPE_STRING:
        return NODE_TEXT;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        return NODE_NUMBER;
    case CONFIG_TYPE_FLOAT:
        return NODE_REAL;
    case CONFIG_TYPE_BOOL:
        return NODE_FLAG;
    case CONFIG_TYPE_GROUP:
        return NODE_GROUP;
    default:
        return NODE_LIST;
    }
}

static const char *
place_of(struct conf *conf, const config_setting_t *setting, const char *name)
{
    const char *file = config_setting_source_file(setting);
    size_t size = strlen(conf->dir);

    if (file == NULL)
        file = name;
    else if (text_starts(file, conf->dir) && file[size] == '/')
        file += size + 1;
    return arena_printf(conf->arena, "%s:%u", file,
                        config_setting_source_line(setting));
}

static void
copy_value(struct arena *arena, config_setting_t *setting,
           struct conf_group *node)
{
    if (node->kind == NODE_TEXT) {
        const char *text = config_setting_get_string(setting);
        if (text == NULL)
            out_of_memory();
        node->text = arena_strdup(arena, text);
    } else if (node->kind == NODE_NUMBER) {
        node->number = config_setting_get_int64(setting);
        node->text = arena_printf(arena, "%lld", node->number);
    } else if (node->kind == NODE_REAL) {
        node->text =
            arena_printf(arena, "%.10g", config_setting_get_float(setting));
    } else if (node->kind == NODE_FLAG) {
        node->number = config_setting_get_bool(setting);
        node->text = node->number ? "true" : "false";
    }
}

static bool
is_named(config_setting_t *setting)
{
    config_setting_t *parent = config_setting_parent(setting);

    return parent != NULL && config_setting_is_group(parent);
}

/* libconfig goes on without what it has no memory for: a name, a text. */
static struct conf_group *
copy_setting(struct conf *conf, config_setting_t *setting, const char *file)
{
    struct conf_group *node = arena_alloc(conf->arena, sizeof *node);
    const char *name = config_setting_name(setting);

    if (name == NULL && is_named(setting))
        out_of_memory();
    node->name = name ? arena_strdup(conf->arena, name) : NULL;
    node->place = place_of(conf, setting, file);
    node->kind = kind_of(config_setting_type(setting));
    copy_value(conf->arena, setting, node);
    if (node->kind != NODE_GROUP && node->kind != NODE_LIST)
        return node;
    for (int i = 0; i < config_setting_length(setting); i++) {
        config_setting_t *element =
            config_setting_get_elem(setting, (unsigned)i);
        append(node, copy_setting(conf, element, file));
    }
    return node;
}

/* libconfig's words, as a sentence of ours. */
static const char *
meaning(const char *text)
{
    static const char *const words[][2] = {
        { "syntax error",
          "a syntax error, expected settings like name = \"text\"; look for a "
          "missing quote, brace or \";\" here or just above" },
        { "duplicate setting name",
          "a name that stands twice in its group, expected it once" },
        { "cannot open include file",
          "an @include of a file that cannot be read, expected one below the "
          "settings' directory" },
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_equal(words[i][0], text))
            return words[i][1];
    return text;
}

static bool
syntax(const config_t *config, const char *name, struct err *err)
{
    const char *file = config_error_file(config);

    err_set(err, TP1002, "found %s", meaning(config_error_text(config)));
    return err_at(err, "%s:%d", file ? file : name, config_error_line(config));
}

/* Skips a string or a comment; returns at itself when neither starts there. */
static const char *
skip_quiet(const char *at)
{
    const char *end;

    if (*at == '"') {
        for (at++; *at != '\0' && *at != '"'; at++)
            at += at[0] == '\\' && at[1] != '\0';
        return *at == '"' ? at + 1 : at;
    }
    if (*at == '#' || text_starts(at, "//"))
        return at + strcspn(at, "\n");
    if (!text_starts(at, "/*"))
        return at;
    end = strstr(at + 2, "*/");
    return end != NULL ? end + 2 : at + strlen(at);
}

static bool
check_bytes(const struct buf *text, const char *name, struct err *err)
{
    const char *content = buf_text(text);
    int line = 1;

    for (size_t at = 0, size; at < text->size; at += size) {
        size = text_sequence(content + at);
        line += content[at] == '\n';
        if (size > 0 && content[at] != '\0')
            continue;
        err_set(err, TP1002, "found the byte %02X, expected UTF-8 text",
                (unsigned char)content[at]);
        return err_at(err, "%s:%d", name, line);
    }
    return true;
}

/* libconfig wraps a number that is too large without a word. */
static bool
check_digits(const char *content, const char *name, struct err *err)
{
    enum { DIGITS_MAX = 9 };
    const char *at = content, *next;
    int line = 1;

    while (*at != '\0') {
        next = skip_quiet(at);
        size_t word = strspn(at, WORD_CHARACTERS);
        size_t digits = strspn(at, "0123456789");
        if (next == at && digits > DIGITS_MAX) {
            err_set(err, TP1002,
                    "found the number %.*s, expected at most %d digits, or a "
                    "text in quotes",
                    (int)(digits < 40 ? digits : 40), at, DIGITS_MAX);
            return err_at(err, "%s:%d", name, line);
        }
        if (next == at)
            next = at + (word > 0 ? word : 1);
        for (; at < next; at++)
            line += *at == '\n';
    }
    return true;
}

bool
tree_read(struct conf *conf, const char *name, struct conf_group **tree,
          struct err *err)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(config_destroy) config_t config;
    char *path = arena_printf(conf->arena, "%s/%s", conf->dir, name);
    struct err failed = { 0 };

    config_init(&config);
    config_set_include_dir(&config, conf->dir);
    if (!file_read_plain(path, FILE_LIMIT_BYTES, &text, &failed))
        return err_set(err, TP1001, "%s", failed.text);
    const char *content = buf_text(&text);
    if (!check_bytes(&text, name, err))
        return false;
    if (text_starts(content, "\xEF\xBB\xBF"))
        content += 3;
    if (!check_digits(content, name, err))
        return false;
    if (config_read_string(&config, content) != CONFIG_TRUE)
        return syntax(&config, name, err);
    *tree = copy_setting(conf, config_root_setting(&config), name);
    (*tree)->place = arena_printf(conf->arena, "%s:1", name);
    return true;
}

struct conf_group *
tree_empty(struct arena *arena, const char *place)
{
    struct conf_group *node = arena_alloc(arena, sizeof *node);

    node->kind = NODE_GROUP;
    node->place = arena_strdup(arena, place);
    return node;
}

struct conf_group *
tree_member(const struct conf_group *group, const char *name)
{
    if (group == NULL || group->kind != NODE_GROUP)
        return NULL;
    for (struct conf_group *node = group->first; node != NULL;
         node = node->next)
        if (text_equal(node->name, name))
            return node;
    return NULL;
}

struct conf_group *
tree_lookup(const struct conf_group *group, const char *path)
{
    char name[128];
    const char *dot;

    for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        size_t size = (size_t)(dot - path);
        if (size >= sizeof name)
            return NULL;
        memcpy(name, path, size);
        name[size] = '\0';
        group = tree_member(group, name);
    }
    return tree_member(group, path);
}

struct conf_group *
tree_take(struct conf_group *group, const char *name)
{
    struct conf_group *node = group->first, *kept = NULL, *taken = NULL;

    group->first = group->last = NULL;
    group->count = 0;
    for (; node != NULL; node = kept) {
        kept = node->next;
        if (text_equal(node->name, name))
            taken = node;
        else
            append(group, node);
    }
    if (taken != NULL)
        taken->parent = taken->next = NULL;
    return taken;
}

static struct conf_group *
clone(struct arena *arena, const struct conf_group *node)
{
    struct conf_group *copy = arena_copy(arena, node, sizeof *node);

    copy->first = copy->last = copy->parent = copy->next = NULL;
    copy->count = 0;
    for (node = node->first; node != NULL; node = node->next)
        append(copy, clone(arena, node));
    return copy;
}

/* A channel of another kind shares no settings with the default's. */
static bool
mergeable(const struct conf_group *base, const struct conf_group *over)
{
    const struct conf_group *a = tree_member(base, "kind");
    const struct conf_group *b = tree_member(over, "kind");

    return base->kind == NODE_GROUP && over->kind == NODE_GROUP &&
           (a == NULL || b == NULL || text_equal(a->text, b->text));
}

struct conf_group *
tree_merge(struct arena *arena, const struct conf_group *base,
           const struct conf_group *over)
{
    struct conf_group *merged = arena_copy(arena, over, sizeof *over);

    merged->first = merged->last = merged->parent = merged->next = NULL;
    merged->count = 0;
    for (const struct conf_group *b = base->first; b != NULL; b = b->next) {
        const struct conf_group *o = tree_member(over, b->name);
        if (o == NULL)
            append(merged, clone(arena, b));
        else if (mergeable(b, o))
            append(merged, tree_merge(arena, b, o));
        else
            append(merged, clone(arena, o));
    }
    for (const struct conf_group *o = over->first; o != NULL; o = o->next)
        if (tree_member(base, o->name) == NULL)
            append(merged, clone(arena, o));
    return merged;
}

static struct conf_group *
fallback_of(struct arena *arena, const struct conf_group *group,
            const struct setting *setting)
{
    struct conf_group *node = tree_empty(arena, group->place);

    node->name = setting->name;
    node->text = setting->fallback;
    node->kind = NODE_TEXT;
    if (setting->type == SETTING_FLAG) {
        node->kind = NODE_FLAG;
        node->number = text_equal(setting->fallback, "true");
    } else if (setting->type == SETTING_NUMBER) {
        long number = 0;
        BUG_IF(!text_number(setting->fallback, 1000000000, &number));
        node->kind = NODE_NUMBER;
        node->number = number;
    }
    return node;
}

static void
fall_back_list(struct arena *arena, struct conf_group *list,
               const struct setting *members)
{
    for (struct conf_group *node = list->first; node != NULL; node = node->next)
        tree_fall_back(arena, node, members);
}

void
tree_fall_back(struct arena *arena, struct conf_group *group,
               const struct setting *table)
{
    if (group->kind != NODE_GROUP)
        return;
    for (; table->name != NULL; table++) {
        struct conf_group *node = tree_member(group, table->name);
        if (node == NULL && table->type == SETTING_GROUP) {
            node = tree_empty(arena, group->place);
            node->name = table->name;
            node->implied = true;
            append(group, node);
        }
        if (node == NULL && table->fallback != NULL)
            append(group, fallback_of(arena, group, table));
        else if (node != NULL && table->type == SETTING_GROUP)
            tree_fall_back(arena, node, table->members);
        else if (node != NULL && table->type == SETTING_GROUPS)
            fall_back_list(arena, node, table->members);
    }
}

static size_t
index_of(const struct conf_group *node)
{
    size_t index = 1;

    for (const struct conf_group *at = node->parent->first; at != node;
         at = at->next)
        index++;
    return index;
}

void
tree_path(const struct conf_group *node, char *out, size_t out_size)
{
    if (node->parent == NULL) {
        text_copy(out, out_size, node->name ? node->name : "");
        return;
    }
    tree_path(node->parent, out, out_size);
    size_t used = strlen(out);
    if (node->name == NULL)
        text_format(out + used, out_size - used, "[%zu]", index_of(node));
    else
        text_format(out + used, out_size - used, "%s%s", used ? "." : "",
                    node->name);
}
