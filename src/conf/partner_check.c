/* SPDX-License-Identifier: Apache-2.0 */
/* What a partner's values must be beyond their types. */
#include <ctype.h>
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "conf/conf_private.h"

static void
check_set(const struct conf_group *node, struct problems *problems)
{
    if (node == NULL || node->kind != NODE_TEXT)
        return;
    if (strlen(node->text) != 3 ||
        node->text[strspn(node->text, "0123456789")] != '\0')
        conf_complain(problems, node, "a set's three digits such as \"850\"");
}

static void
check_version(const struct conf_group *node, struct problems *problems)
{
    if (node == NULL || node->kind != NODE_TEXT)
        return;
    size_t size = strlen(node->text);
    if (size < 6 || size > 12 || strspn(node->text, "0123456789") < 6)
        conf_complain(problems, node, "a version such as \"004010\"");
}

/* A duration, or the word that stands for it. */
static void
check_duration_or(const struct conf_group *node, const char *word,
                  struct problems *problems)
{
    char expected[120];
    long seconds;

    if (node == NULL || node->kind != NODE_TEXT ||
        text_equal(node->text, word) || text_duration(node->text, &seconds))
        return;
    text_format(expected, sizeof expected,
                "a duration in quotes such as \"24h\", or \"%s\"", word);
    conf_complain(problems, node, expected);
}

static void
check_percent(const struct conf_group *node, struct problems *problems)
{
    struct decimal percent;

    if (node == NULL || node->kind != NODE_TEXT)
        return;
    size_t size = strcspn(node->text, " %");
    if (!decimal_parse(&percent, node->text, size) || percent.units < 0 ||
        !text_equal(node->text + size + strspn(node->text + size, " "), "%"))
        conf_complain(problems, node, "a percentage in quotes such as \"2 %\"");
}

static void
check_sets(const struct conf_group *list, struct problems *problems)
{
    if (list == NULL || list->kind != NODE_LIST)
        return;
    for (const struct conf_group *n = list->first; n != NULL; n = n->next) {
        check_set(tree_member(n, "set"), problems);
        check_version(tree_member(n, "version"), problems);
        if (text_equal(list->name, "send"))
            check_duration_or(tree_member(n, "ack"), "none", problems);
        check_duration_or(tree_member(n, "due"), "before arrival", problems);
        check_percent(tree_member(n, "price_tolerance"), problems);
    }
}

static void
check_tolerate(const struct conf_group *group, struct problems *problems)
{
    static const char *const words[] = { "reject", "warn", "ignore" };
    char expected[120];

    if (group == NULL || group->kind != NODE_GROUP)
        return;
    for (const struct conf_group *n = group->first; n != NULL; n = n->next) {
        bool known = false;
        for (size_t i = 0; i < 3; i++)
            known |= n->kind == NODE_TEXT && text_equal(n->text, words[i]);
        if (known)
            continue;
        const char *near =
            n->kind == NODE_TEXT ? text_nearest(n->text, words, 3) : NULL;
        text_format(expected, sizeof expected, "reject, warn or ignore%s%s%s",
                    near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
        conf_complain(problems, n, expected);
    }
}

/* Free groups: the owner knows the members, here only the form is known. */
static void
check_free(const struct conf_group *node, const char *expected,
           struct problems *problems)
{
    if (node != NULL && node->kind != NODE_GROUP)
        conf_complain(problems, node, expected);
}

static bool
is_delimiter(char c)
{
    return c == '\n' || c == '\r' || (c >= 0x1C && c <= 0x1F) ||
           (ispunct((unsigned char)c) && (unsigned char)c < 0x80);
}

static void
check_delimiters(const struct conf_group *group, struct problems *problems)
{
    if (group == NULL || group->kind != NODE_GROUP)
        return;
    for (const struct conf_group *n = group->first; n != NULL; n = n->next) {
        bool may_miss =
            text_equal(n->name, "repetition") || text_equal(n->name, "release");
        if (text_equal(n->name, "in_data"))
            continue;
        if (n->kind != NODE_TEXT || (may_miss && n->text[0] == '\0'))
            continue;
        if (strlen(n->text) != 1 || !is_delimiter(n->text[0]))
            conf_complain(problems, n,
                          "one character that is no letter, digit or blank");
        for (const struct conf_group *o = group->first; o != n; o = o->next)
            if (text_equal(o->text, n->text))
                conf_complain(problems, n,
                              "another character for each delimiter");
    }
}

static void
check_control(const struct conf_group *group, struct problems *problems)
{
    if (group == NULL || group->kind != NODE_GROUP)
        return;
    for (const struct conf_group *n = group->first; n != NULL; n = n->next)
        if (n->kind == NODE_NUMBER && (n->number < 0 || n->number > 999999999))
            conf_complain(problems, n, "a number of at most 9 digits");
}

/* "850/BEG02": a set, and something in it. */
static void
check_place(const struct conf_group *node, struct problems *problems)
{
    if (node == NULL || node->kind != NODE_TEXT)
        return;
    if (strspn(node->text, "0123456789") != 3 || node->text[3] != '/' ||
        node->text[4] == '\0')
        conf_complain(problems, node, "a place in a set such as 850/BEG02");
}

static void
check_least(const struct conf_group *node, long least, const char *expected,
            struct problems *problems)
{
    if (node != NULL && node->kind == NODE_NUMBER &&
        (node->number < least || node->number == 0))
        conf_complain(problems, node, expected);
}

static bool
is_same_place(const struct conf_group *a, const struct conf_group *b)
{
    const struct conf_group *x = tree_member(a, "at");
    const struct conf_group *y = tree_member(b, "at");

    return x != NULL && y != NULL && x->kind == NODE_TEXT &&
           y->kind == NODE_TEXT && text_equal(x->text, y->text);
}

/* What an earlier rule says of the same place would be lost. */
static void
check_once(const struct conf_group *list, const struct conf_group *rule,
           struct problems *problems)
{
    static const char *const once[] = { "usage",      "codes",      "max",
                                        "min_length", "max_length", "pattern" };

    for (const struct conf_group *o = list->first; o != rule; o = o->next)
        for (size_t i = 0; is_same_place(o, rule) && i < 6; i++)
            if (tree_member(o, once[i]) != NULL &&
                tree_member(rule, once[i]) != NULL)
                conf_complain(problems, tree_member(rule, once[i]),
                              "that no earlier rule says it of the place");
}

/* A rule names its place by at, or by after together with segment. */
static void
check_rules(const struct conf_group *list, struct problems *problems)
{
    if (list == NULL || list->kind != NODE_LIST)
        return;
    for (const struct conf_group *n = list->first; n != NULL; n = n->next) {
        bool at = tree_member(n, "at") != NULL;
        bool after = tree_member(n, "after") != NULL;
        bool own = tree_member(n, "segment") != NULL;
        if (at == after || after != own)
            conf_complain(problems, n,
                          "a rule with at, or one with after and segment");
        check_place(tree_member(n, "at"), problems);
        check_place(tree_member(n, "after"), problems);
        check_least(tree_member(n, "max"), -1,
                    "1 or more, or -1 for any number", problems);
        check_least(tree_member(n, "min_length"), 1, "1 or more", problems);
        check_least(tree_member(n, "max_length"), 1, "1 or more", problems);
        check_once(list, n, problems);
    }
}

void
partner_check_said(const struct conf_group *own, struct problems *problems)
{
    check_free(tree_member(own, "channel"), "a group { kind = ...; }",
               problems);
    check_free(tree_member(own, "tolerate"), "a group { NAME = \"warn\"; }",
               problems);
    check_free(tree_member(own, "codes"), "a group { TABLE = \"FILE\"; }",
               problems);
    check_tolerate(tree_member(own, "tolerate"), problems);
    check_sets(tree_member(own, "send"), problems);
    check_sets(tree_member(own, "receive"), problems);
    check_rules(tree_member(own, "rules"), problems);
    check_control(tree_member(own, "control"), problems);
    check_delimiters(tree_member(own, "delimiters"), problems);
    conf_check_zone(tree_member(own, "timezone"), problems);
    conf_check_application(tree_member(own, "gs"), problems);
    conf_check_application(tree_member(own, "our_gs"), problems);
}
