/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nav_probe - one operation of a business system, for tests:
 *
 *   nav_probe CONFDIR probe | check | match NUMBER
 *   nav_probe CONFDIR again MILLISECONDS NUMBER      match, pause, match
 *   nav_probe CONFDIR pull WHAT [MARK]
 *   nav_probe CONFDIR push|find WHAT KEY RECORD.json
 *   nav_probe CONFDIR lookup TABLE PARTNER VALUE
 *   nav_probe CONFDIR tell WHAT NUMBER STATE
 *
 * Answers in lines of JSON; a failure is {"code","kind","at","text"} and exit
 * 1. The system is the first in CONFDIR/tradepost.conf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "system/system.h"

static struct arena *arena;
static struct conf *conf;
static struct system *nav;
static struct err err;

static int
failed(void)
{
    CLEANUP(json_decrefp)
    json_t *line =
        json_pack("{ss ss ss ss}", "code", err_name(err.code), "kind",
                  err_kind_name(err.kind), "at", err.at, "text", err.text);

    json_dumpf(line, stdout, 0);
    putchar('\n');
    return 1;
}

static void
show(json_t *line)
{
    json_dumpf(line, stdout, JSON_ENCODE_ANY);
    putchar('\n');
    json_decref(line);
}

static bool
find_text(void *user, const char *name, struct arena *into, const char **path,
          const char **content)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct err ignored = { 0 };

    (void)user;
    *path = conf_find(conf, into, name);
    if (*path == NULL || !file_read(*path, 1 << 20, &text, &ignored))
        return false;
    *content = arena_strndup(into, buf_text(&text), text.size);
    return true;
}

/* EA is PCS in NAV; the rest is as it is. */
static bool
look_up_code(void *user, const char *table, const char *from, const char *to,
             const char *value, struct arena *into, const char **out,
             const char **guess)
{
    (void)user, (void)table, (void)to, (void)into;
    *guess = NULL;
    *out = value;
    if (strcmp(table, "unit") == 0 && strcmp(from, "ours") == 0)
        *out = strcmp(value, "EA") == 0 ? "PCS" : value;
    else if (strcmp(table, "unit") == 0)
        *out = strcmp(value, "PCS") == 0 ? "EA" : value;
    return true;
}

static bool
take(void *user, const struct record *record, const char *key,
     const char *stamp, struct err *e)
{
    json_t *line = json_pack("{ss ss sO}", "key", key, "stamp", stamp, "record",
                             record->fields);

    (void)e;
    ++*(int *)user;
    if (nav->found != NULL)
        json_object_set_new(line, "found",
                            json_string(problems_first(nav->found)->text));
    show(line);
    return true;
}

static int
pull(const char *what, const char *text)
{
    struct mark mark = { 0 };
    int count = 0;

    text_copy(mark.text, sizeof mark.text, text != NULL ? text : "");
    if (!nav->ops->pull(nav, what, &mark, take, &count, &err))
        return failed();
    show(json_pack("{ss si}", "mark", mark.text, "count", count));
    return 0;
}

static bool
read_record(const char *what, const char *path, struct record **record)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    enum record_kind kind = strcmp(what, "bill") == 0      ? RECORD_INVOICE
                            : strcmp(what, "payment") == 0 ? RECORD_PAYMENT
                                                           : RECORD_SHIPMENT;

    return file_read(path, 1 << 20, &text, &err) &&
           record_parse(record, kind, text.text, text.size, &err);
}

static void
show_result(const char *outcome, const struct push_result *result)
{
    json_t *line = json_pack(
        "{ss ss ss ss ss sb}", "outcome", outcome, "number", result->number,
        "state", result->state, "note", result->note, "waits_for",
        result->waits_for, "existed", (int)result->existed);

    if (err.code != TP_NONE)
        json_object_set_new(line, "code", json_string(err_name(err.code)));
    if (err.code != TP_NONE)
        json_object_set_new(line, "text", json_string(err.text));
    show(line);
}

static int
push(char **arg)
{
    static const char *const names[] = { "done", "held", "failed", "unknown" };
    CLEANUP(record_free) struct record *record = NULL;
    struct push_result result = { 0 };

    if (!read_record(arg[0], arg[2], &record))
        return failed();
    enum pushed done =
        nav->ops->push(nav, arg[0], record, arg[1], &result, &err);
    show_result(names[done], &result);
    return 0;
}

static int
find(char **arg)
{
    CLEANUP(record_free) struct record *record = NULL;
    struct push_result result = { 0 };
    bool found;

    if (!read_record(arg[0], arg[2], &record) ||
        !nav->ops->find(nav, arg[0], record, arg[1], &found, &result, &err))
        return failed();
    show_result(found ? "found" : "missing", &result);
    return 0;
}

static int
look_up(char **arg)
{
    char out[64];
    bool found;

    if (!nav->ops->look_up(nav, arg[0], arg[1], arg[2], &found, out, &err))
        return failed();
    show(json_pack("{sb ss}", "found", (int)found, "value", found ? out : ""));
    return 0;
}

static int
match(const char *number)
{
    json_t *order = NULL;

    if (!nav->ops->match_order(nav, number, &order, &err))
        return failed();
    show(order != NULL ? order : json_null());
    return 0;
}

static int
again(const char *pause, const char *number)
{
    long milliseconds;

    if (!text_number(pause, 60000, &milliseconds) || match(number) != 0)
        return 1;
    when_sleep((int)milliseconds);
    return match(number);
}

static int
check(void)
{
    struct problems *found = problems_new(arena);

    if (!nav->ops->check(nav, found, &err))
        return failed();
    for (const struct problem *p = problems_first(found); p; p = p->next)
        show(json_pack("{ss ss ss}", "code", err_name(p->code), "at", p->at,
                       "text", p->text));
    show(json_pack("{si}", "problems", (int)problems_errors(found)));
    return 0;
}

static int
probe(void)
{
    CLEANUP(buf_free) struct buf report = { 0 };

    if (!nav->ops->probe(nav, &report, &err))
        return failed();
    show(json_pack("{ss}", "report", buf_text(&report)));
    return 0;
}

static int
run(char **arg, int count)
{
    const char *command = arg[0];

    if (strcmp(command, "probe") == 0)
        return probe();
    if (strcmp(command, "check") == 0)
        return check();
    if (strcmp(command, "match") == 0 && count == 2)
        return match(arg[1]);
    if (strcmp(command, "again") == 0 && count == 3)
        return again(arg[1], arg[2]);
    if (strcmp(command, "pull") == 0 && count >= 2)
        return pull(arg[1], count > 2 ? arg[2] : NULL);
    if (strcmp(command, "push") == 0 && count == 4)
        return push(arg + 1);
    if (strcmp(command, "find") == 0 && count == 4)
        return find(arg + 1);
    if (strcmp(command, "lookup") == 0 && count == 4)
        return look_up(arg + 1);
    if (strcmp(command, "tell") == 0 && count == 4)
        return nav->ops->tell(nav, arg[1], arg[2], arg[3], &err) ? 0 : failed();
    fprintf(stderr, "nav_probe: unknown command '%s'\n", command);
    return 2;
}

int
main(int argc, char **argv)
{
    static const struct map_sources sources = { find_text, NULL };
    static const struct map_codes codes = { look_up_code, NULL };
    int status = 1;

    if (argc < 3)
        return 2;
    arena = arena_new();
    struct problems *found = problems_new(arena);
    if (!conf_load(&conf, argv[1], found, &err) ||
        !problems_to_err(found, &err)) {
        status = failed();
    } else {
        struct system_context context = { .conf = conf,
                                          .name = conf_system_name(conf, 0),
                                          .sources = &sources,
                                          .codes = &codes };
        context.group = conf_system(conf, context.name);
        status = system_open(&nav, &context, &err) ? run(argv + 2, argc - 2)
                                                   : failed();
    }
    system_close(&nav);
    conf_free(&conf);
    arena_free(&arena);
    return status;
}
