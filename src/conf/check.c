/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/when.h"
#include "conf/conf_private.h"

enum { SENTENCE = 400, NAMES = 64 };

static const char *
label(const struct conf_group *node, char out[SENTENCE])
{
    tree_path(node, out, SENTENCE);
    return out;
}

static const char *
found(const struct conf_group *node, char out[SENTENCE])
{
    switch (node->kind) {
    case NODE_TEXT:
        text_format(out, SENTENCE, "\"%.60s\"", node->text);
        break;
    case NODE_NUMBER:
    case NODE_REAL:
        text_format(out, SENTENCE, "the number %s", node->text);
        break;
    case NODE_FLAG:
        text_copy(out, SENTENCE, node->text);
        break;
    case NODE_GROUP:
        text_copy(out, SENTENCE, "a group { ... }");
        break;
    case NODE_LIST:
        text_copy(out, SENTENCE, "a list");
        break;
    }
    return out;
}

/* What stands where a secret's name belongs may be the secret itself. */
static void
complain(struct problems *problems, const struct conf_group *node,
         const char *expected, bool hide)
{
    char path[SENTENCE], what[SENTENCE];

    problem_add(problems, TP1005, node->place, NULL,
                "%s: found %s, expected %s", label(node, path),
                hide ? "a text that is not shown" : found(node, what),
                expected);
}

void
conf_complain(struct problems *problems, const struct conf_group *node,
              const char *expected)
{
    complain(problems, node, expected, false);
}

static bool
is_amount(const char *text)
{
    struct decimal amount;

    return decimal_parse(&amount, text, strlen(text));
}

static bool
is_duration(const char *text)
{
    long seconds;

    return text_duration(text, &seconds);
}

static bool
is_clock(const char *text)
{
    long hours, minutes;
    char part[3] = "";

    if (strlen(text) != 5 || text[2] != ':')
        return false;
    memcpy(part, text, 2);
    return text_number(part, 23, &hours) && text_number(text + 3, 59, &minutes);
}

static bool
is_secret(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *name = text + strlen("secret:");

    return text_starts(text, "secret:") && *name != '\0' && *name != '.' &&
           name[strspn(name, allowed)] == '\0';
}

static bool
is_texts(const struct conf_group *list)
{
    for (const struct conf_group *n = list->first; n != NULL; n = n->next)
        if (n->kind != NODE_TEXT)
            return false;
    return true;
}

static bool
is_groups(const struct conf_group *list)
{
    for (const struct conf_group *n = list->first; n != NULL; n = n->next)
        if (n->kind != NODE_GROUP)
            return false;
    return true;
}

struct type {
    enum node_kind kind;
    const char *expected;
    bool (*is)(const char *text);                 /* NULL = any text */
    bool (*holds)(const struct conf_group *list); /* NULL = anything */
};

static const struct type types[] = {
    [SETTING_TEXT] = { NODE_TEXT, "a text in quotes", NULL, NULL },
    [SETTING_NUMBER] = { NODE_NUMBER, "a whole number without quotes", NULL,
                         NULL },
    [SETTING_FLAG] = { NODE_FLAG, "true or false", NULL, NULL },
    [SETTING_DURATION] = { NODE_TEXT,
                           "a duration in quotes such as \"30s\" or \"24h\"",
                           is_duration, NULL },
    [SETTING_AMOUNT] = { NODE_TEXT, "an amount in quotes such as \"50000.00\"",
                         is_amount, NULL },
    [SETTING_DATE] = { NODE_TEXT,
                       "a date that exists, in quotes such as \"2026-12-01\"",
                       when_is_date, NULL },
    [SETTING_CLOCK] = { NODE_TEXT, "a time of day in quotes such as \"18:00\"",
                        is_clock, NULL },
    [SETTING_SECRET] = { NODE_TEXT,
                         "the name of a secret such as \"secret:nav\"",
                         is_secret, NULL },
    [SETTING_TEXTS] = { NODE_LIST, "a list of texts such as [ \"a\", \"b\" ]",
                        NULL, is_texts },
    [SETTING_GROUP] = { NODE_GROUP, "a group { ... }", NULL, NULL },
    [SETTING_GROUPS] = { NODE_LIST, "a list of groups ( { ... }, ... )", NULL,
                         is_groups },
    [SETTING_FREE] = { NODE_GROUP, "a group", NULL, NULL },
};

static bool
fits(const struct conf_group *node, const struct setting *setting)
{
    const struct type *type = &types[setting->type];

    return node->kind == type->kind &&
           (type->is == NULL || type->is(node->text)) &&
           (type->holds == NULL || type->holds(node));
}

/* "strict, keyed or none" */
static void
list_words(const char *const *words, char *out, size_t out_size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; words[i] != NULL && used + 1 < out_size; i++) {
        const char *before = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        text_format(out + used, out_size - used, "%s%s", before, words[i]);
        used += strlen(out + used);
    }
}

static size_t
count_words(const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return count;
}

static void
check_choice(const struct conf_group *node, const struct setting *setting,
             struct problems *problems)
{
    const char *const *words = setting->choices;
    char expected[SENTENCE], all[SENTENCE / 2];

    for (size_t i = 0; words[i] != NULL; i++)
        if (text_equal(words[i], node->text))
            return;
    const char *near = strlen(node->text) > 2
                           ? text_nearest(node->text, words, count_words(words))
                           : NULL;
    list_words(words, all, sizeof all);
    text_format(expected, sizeof expected,
                near ? "%s; did you mean \"%s\"?" : "%s", all, near);
    conf_complain(problems, node, expected);
}

static void
check_value(const struct conf_group *node, const struct setting *setting,
            struct problems *problems, unsigned parts)
{
    if (setting->type == SETTING_FREE)
        return;
    if (!fits(node, setting)) {
        if (parts & CHECK_SAID)
            complain(problems, node, types[setting->type].expected,
                     setting->type == SETTING_SECRET);
        return;
    }
    if (setting->choices != NULL && parts & CHECK_SAID)
        check_choice(node, setting, problems);
    if (setting->type == SETTING_GROUP)
        conf_check_parts(node, setting->members, problems,
                         parts & ~(unsigned)CHECK_KIND);
    if (setting->type != SETTING_GROUPS || !(parts & CHECK_SAID))
        return;
    for (const struct conf_group *n = node->first; n != NULL; n = n->next)
        conf_check_parts(n, setting->members, problems,
                         CHECK_SAID | CHECK_MISSING);
}

static void
complain_unknown(const struct conf_group *node, const struct setting *table,
                 struct problems *problems)
{
    const char *names[NAMES + 1] = { NULL };
    char path[SENTENCE], all[SENTENCE];
    size_t count = 0;

    for (; count < NAMES && table[count].name != NULL; count++)
        names[count] = table[count].name;
    const char *near = text_nearest(node->name, names, count);
    list_words(names, all, sizeof all);
    if (near != NULL)
        problem_add(problems, TP1003, node->place, NULL,
                    "%s: found an unknown setting; did you mean \"%s\"?",
                    label(node, path), near);
    else
        problem_add(problems, TP1003, node->place, NULL,
                    "%s: found an unknown setting, expected one of %s",
                    label(node, path), all);
}

static void
complain_missing(const struct conf_group *group, const struct setting *setting,
                 struct problems *problems)
{
    const char *about = setting->about;
    char path[SENTENCE];

    label(group, path);
    problem_add(problems, TP1006, group->place, NULL,
                "%s%s%s: found nothing, expected %s%s%s%s", path,
                path[0] ? "." : "", setting->name,
                types[setting->type].expected, about ? " (" : "",
                about ? about : "", about ? ")" : "");
}

static void
check_missing(const struct conf_group *group, const struct setting *setting,
              struct problems *problems)
{
    struct conf_group nothing = { .kind = NODE_GROUP };

    if (setting->required) {
        complain_missing(group, setting, problems);
    } else if (setting->type == SETTING_GROUP) {
        /* A group that nobody wrote may hold a member that must be there. */
        nothing.name = setting->name;
        nothing.place = group->place;
        for (const struct setting *s = setting->members; s->name != NULL; s++)
            check_missing(&nothing, s, problems);
    }
}

static const struct setting *
setting_by_name(const struct setting *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (text_equal(table->name, name))
            return table;
    return NULL;
}

void
conf_check_parts(const struct conf_group *group, const struct setting *table,
                 struct problems *problems, unsigned parts)
{
    for (const struct conf_group *n = group->first; n != NULL; n = n->next) {
        const struct setting *setting = setting_by_name(table, n->name);
        if (setting != NULL)
            check_value(n, setting, problems, parts);
        else if (parts & CHECK_SAID &&
                 !(parts & CHECK_KIND && text_equal(n->name, "kind")))
            complain_unknown(n, table, problems);
    }
    if (!(parts & CHECK_MISSING))
        return;
    for (; table->name != NULL; table++)
        if (tree_member(group, table->name) == NULL)
            check_missing(group, table, problems);
}

void
conf_check(const struct conf_group *group, const struct setting *table,
           struct problems *problems)
{
    /* The word that chose the table is known without standing in it. */
    conf_check_parts(group, table, problems,
                     CHECK_SAID | CHECK_MISSING | CHECK_KIND);
}
