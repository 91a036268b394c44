/* SPDX-License-Identifier: Apache-2.0 */
/* Reads partners/, lays each file over default.conf and fills struct partner.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/durable.h"
#include "base/text.h"
#include "conf/conf_private.h"
#include "conf/settings.h"

enum { CODE_SIZE = 32 };

/* What only one partner can say. */
static const char *const personal[] = { "name",   "isa",      "gs",
                                        "vendor", "customer", "control" };

static void
check_default(const struct conf_group *base, struct problems *problems)
{
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++) {
        const struct conf_group *node = tree_member(base, personal[i]);
        if (node != NULL)
            conf_complain(problems, node,
                          "it in the partner's own file, since it belongs to "
                          "one partner");
    }
    conf_check_parts(base, settings_partner, problems, CHECK_SAID);
    partner_check_said(base, problems);
}

static void
check_whole(const struct conf_group *whole, struct problems *problems)
{
    const struct conf_group *channel = tree_member(whole, "channel");

    conf_check_parts(whole, settings_partner, problems, CHECK_MISSING);
    if (channel != NULL && channel->kind == NODE_GROUP &&
        conf_text(channel, "kind", NULL) == NULL)
        problem_add(problems, TP1006, channel->place, NULL,
                    "channel.kind: found nothing, expected the kind of channel "
                    "such as \"sftp\"");
}

static void
fill_set(const struct conf_group *node, bool send, struct partner_set *set)
{
    set->set = conf_text(node, "set", "");
    bool invoice = !send && text_equal(set->set, "810");
    set->version = conf_text(node, "version", "004010");
    set->map = conf_text(node, "map", set->set);
    set->ack_seconds = conf_seconds(node, "ack", 0);
    set->match = conf_text(node, "match", invoice ? "three-way" : "none");
    set->price_tolerance = conf_text(node, "price_tolerance", NULL);
    set->due = conf_text(node, "due", NULL);
    set->self_billing = conf_flag(node, "self_billing", false);
    set->order = conf_text(node, "order", NULL);
}

static const struct partner_set *
fill_sets(struct conf *conf, const struct conf_group *whole, const char *name,
          size_t *count)
{
    *count = conf_count(whole, name);
    struct partner_set *sets =
        arena_alloc(conf->arena, (*count + 1) * sizeof *sets);
    for (size_t i = 0; i < *count; i++)
        fill_set(conf_group_at(whole, name, i), text_equal(name, "send"),
                 &sets[i]);
    return sets;
}

static char
delimiter(const struct conf_group *whole, const char *path,
          const char *fallback)
{
    return conf_text(whole, path, fallback)[0];
}

static void
fill_identity(struct conf *conf, struct partner *partner,
              struct problems *problems)
{
    const struct conf_group *whole = partner->group;

    partner->name = conf_text(whole, "name", partner->code);
    partner->gs_id = conf_text(whole, "gs", "");
    conf_identity(conf, tree_member(whole, "isa"), problems,
                  &partner->isa_qualifier, &partner->isa_id);
    partner->our_isa_qualifier = conf->company.isa_qualifier;
    partner->our_isa_id = conf->company.isa_id;
    if (tree_member(whole, "our_isa") != NULL)
        conf_identity(conf, tree_member(whole, "our_isa"), problems,
                      &partner->our_isa_qualifier, &partner->our_isa_id);
    partner->our_gs_id = conf_text(whole, "our_gs", conf->company.gs_id);
    partner->vendor = conf_text(whole, "vendor", NULL);
    partner->customer = conf_text(whole, "customer", NULL);
}

static void
fill(struct conf *conf, struct partner *partner, struct problems *problems)
{
    const struct conf_group *whole = partner->group;

    fill_identity(conf, partner, problems);
    partner->zone = conf_text(whole, "timezone", conf->company.zone);
    partner->test = conf_flag(whole, "test", false);
    partner->suspended = conf_flag(whole, "suspended", false);
    partner->last_isa = conf_number(whole, "control.isa", 0);
    partner->last_gs = conf_number(whole, "control.gs", 0);
    partner->element = delimiter(whole, "delimiters.element", "*");
    partner->component = delimiter(whole, "delimiters.component", ">");
    partner->terminator = delimiter(whole, "delimiters.terminator", "~");
    partner->repetition = delimiter(whole, "delimiters.repetition", "");
    partner->release = delimiter(whole, "delimiters.release", "");
    partner->in_data = conf_text(whole, "delimiters.in_data", "blank");
    partner->transliterate = conf_flag(whole, "transliterate", true);
    partner->charset = conf_text(whole, "charset", "extended");
    partner->send_ack = !text_equal(conf_text(whole, "ack.type", ""), "none");
    partner->send_999 = text_equal(conf_text(whole, "ack.type", ""), "999");
    partner->send_ta1 = conf_flag(whole, "ack.ta1", false);
    partner->ack_errors_only =
        text_equal(conf_text(whole, "ack.ak2", ""), "errors");
    partner->send = fill_sets(conf, whole, "send", &partner->send_count);
    partner->receive =
        fill_sets(conf, whole, "receive", &partner->receive_count);
}

static void
check_files(struct conf *conf, const struct partner *partner,
            struct problems *problems)
{
    const struct conf_group *codes = conf_sub(partner->group, "codes");

    if (codes == NULL)
        return;
    struct arena *arena = arena_new();
    for (const struct conf_group *n = codes->first; n != NULL; n = n->next) {
        if (n->kind != NODE_TEXT)
            conf_complain(problems, n, "a file's name in quotes");
        else if (partner_codes(conf, partner, n->name, arena) == NULL)
            problem_add(problems, TP1008, n->place, NULL,
                        "codes.%s: found no file \"%s\", expected it in "
                        "partners/ or codes/",
                        n->name, n->text);
    }
    arena_free(&arena);
}

/* "bluefish.conf" -> "BLUEFISH"; false when the name is no partner's. */
static bool
code_of(const char *file, char out[CODE_SIZE])
{
    size_t size = strlen(file) - strlen(".conf");

    if (size == 0 || size >= CODE_SIZE)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)file[i]) && strchr("-_", file[i]) == NULL)
            return false;
        out[i] = (char)toupper((unsigned char)file[i]);
    }
    out[size] = '\0';
    return true;
}

static struct conf_group *
lay_over(struct conf *conf, const struct conf_group *group,
         const struct conf_group *overlay)
{
    struct conf_group *merged = tree_merge(conf->arena, group, overlay);

    merged->place = group->place;
    merged->name = NULL;
    return merged;
}

/* One file, whole or not at all: a syntax error leaves this partner out. */
static void
load_partner(struct conf *conf, const char *file, const struct conf_group *base,
             struct problems *problems)
{
    char code[CODE_SIZE];
    struct err err = { 0 };
    struct conf_group *own;
    const char *name = arena_printf(conf->arena, "partners/%s", file);

    if (!code_of(file, code)) {
        problem_add(problems, TP1005, name, NULL,
                    "found a partner file of this name, expected at most %d "
                    "letters, digits, \"-\" or \"_\" before .conf",
                    CODE_SIZE - 1);
        return;
    }
    if (partner_by_code(conf, code) != NULL) {
        problem_add(problems, TP1007, name, NULL,
                    "found a second file for %s, expected one", code);
        return;
    }
    if (!tree_read(conf, name, &own, &err)) {
        problem_add(problems, err.code, err.at[0] ? err.at : name, NULL, "%s",
                    err.text);
        return;
    }
    struct conf_group *overlay =
        conf->overlays ? tree_take(conf->overlays, code) : NULL;
    struct conf_group *whole = tree_merge(conf->arena, base, own);
    if (overlay != NULL && overlay->kind == NODE_GROUP) {
        /* Over the whole: a channel of another kind than the default's too. */
        whole = lay_over(conf, whole, overlay);
        own = lay_over(conf, own, overlay);
    }
    conf_check_parts(own, settings_partner, problems, CHECK_SAID);
    partner_check_said(own, problems);
    check_whole(whole, problems);
    tree_fall_back(conf->arena, whole, settings_partner);
    struct partner *partner = &conf->partners[conf->partner_count++];
    partner->code = arena_strdup(conf->arena, code);
    partner->group = whole;
    fill(conf, partner, problems);
    check_files(conf, partner, problems);
}

static void
complain_twice(const struct partner *first, const struct partner *second,
               const char *name, struct problems *problems)
{
    const struct conf_group *a = tree_member(first->group, name);
    const struct conf_group *b = tree_member(second->group, name);

    problem_add(problems, TP1007, b->place, NULL,
                "%s: found \"%s\", which %s has too, expected it once", name,
                b->text, a->place);
}

static void
check_pair(const struct partner *a, const struct partner *b,
           struct problems *problems)
{
    if (a->isa_id[0] != '\0' && text_equal(a->isa_id, b->isa_id) &&
        text_equal(a->isa_qualifier, b->isa_qualifier))
        complain_twice(a, b, "isa", problems);
    if (a->vendor != NULL && text_equal(a->vendor, b->vendor))
        complain_twice(a, b, "vendor", problems);
    if (a->customer != NULL && text_equal(a->customer, b->customer))
        complain_twice(a, b, "customer", problems);
}

static void
check_twice(struct conf *conf, struct problems *problems)
{
    for (size_t i = 0; i < conf->partner_count; i++) {
        const struct partner *partner = &conf->partners[i];
        if (partner->isa_id[0] != '\0' &&
            text_equal(partner->isa_id, partner->our_isa_id) &&
            text_equal(partner->isa_qualifier, partner->our_isa_qualifier))
            conf_complain(problems, tree_member(partner->group, "isa"),
                          "another id than our own");
        for (size_t j = 0; j < i; j++)
            check_pair(&conf->partners[j], partner, problems);
    }
}

static void
check_overlays(const struct conf *conf, struct problems *problems)
{
    const char *codes[64] = { NULL };

    if (conf->overlays == NULL)
        return;
    for (size_t i = 0; i < conf->partner_count && i < 64; i++)
        codes[i] = conf->partners[i].code;
    for (const struct conf_group *n = conf->overlays->first; n != NULL;
         n = n->next) {
        const char *near = text_nearest(n->name, codes, 64);
        problem_add(problems, TP1009, n->place, NULL,
                    "partners.%s: found no partner of this name%s%s%s", n->name,
                    near ? "; did you mean \"" : "", near ? near : "",
                    near ? "\"?" : "");
    }
}

static int
is_partner_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends(entry->d_name, ".conf") &&
           !text_equal(entry->d_name, "default.conf");
}

/* The same order everywhere, whatever the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
    int order = strcasecmp((*a)->d_name, (*b)->d_name);

    return order != 0 ? order : strcmp((*a)->d_name, (*b)->d_name);
}

static void
load_files(struct conf *conf, const char *dir, const struct conf_group *base,
           struct problems *problems)
{
    struct dirent **files = NULL;
    int count = scandir(dir, &files, is_partner_file, by_name);

    if (count < 0)
        return;
    conf->partners =
        arena_alloc(conf->arena, ((size_t)count + 1) * sizeof *conf->partners);
    for (int i = 0; i < count; i++) {
        load_partner(conf, files[i]->d_name, base, problems);
        release(&files[i]);
    }
    release(&files);
}

bool
partners_load(struct conf *conf, struct problems *problems, struct err *err)
{
    const char *dir = arena_printf(conf->arena, "%s/partners", conf->dir);
    struct conf_group *base =
        tree_empty(conf->arena, "partners/default.conf:1");

    if (file_exists(arena_printf(conf->arena, "%s/default.conf", dir)) &&
        !tree_read(conf, "partners/default.conf", &base, err))
        return false;
    check_default(base, problems);
    load_files(conf, dir, base, problems);
    check_twice(conf, problems);
    check_overlays(conf, problems);
    return true;
}
