/* SPDX-License-Identifier: Apache-2.0 */
/* Masters that several systems keep: all systems' values side by side, what
 * they do not agree on, and what a person says about it. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/commands.h"
#include "flow/master.h"
#include "record/record.h"
#include "store/entity.h"
#include "store/journal.h"

/* ---- lists */

static const struct column list_columns[] = {
    { "kind", "KIND", COLUMN_TEXT },
    { "number", "NUMBER", COLUMN_TEXT },
    { "name", "NAME", COLUMN_TEXT },
    { "changed", "CHANGED", COLUMN_TIME },
    { "systems", "SYSTEMS", COLUMN_TEXT },
    { 0 }
};

enum exit_code
cmd_entity_list(struct cli *cli)
{
    struct out out;
    struct ask ask;

    if (!cli_open(cli) ||
        !out_begin(&out, cli, "entity", list_columns, &cli->err))
        return cli_fail(cli);
    ask_begin(&ask, cli,
              "SELECT kind, number, name, changed_ms,"
              " (SELECT group_concat(system || ' ' || state, ', ') FROM"
              " (SELECT system, state FROM main.link l WHERE"
              " l.entity = entities.entity ORDER BY system))"
              " FROM entities");
    if (cli->count > 0)
        ask_where(&ask, "kind = ?", cli->words[0]);
    ask_end(&ask, "ORDER BY kind, number LIMIT 1000");
    if (!ask_rows(&ask, &out, &cli->err))
        return cli_fail(cli);
    out_end(&out);
    return EXIT_OK;
}

static const struct column conflict_columns[] = {
    { "kind", "KIND", COLUMN_TEXT },     { "number", "NUMBER", COLUMN_TEXT },
    { "system", "SYSTEM", COLUMN_TEXT }, { "state", "STATE", COLUMN_TEXT },
    { "since", "SINCE", COLUMN_TIME },   { "reason", "WHY", COLUMN_TEXT },
    { "code", "CODE", COLUMN_EXTRA },    { 0 }
};

/* Exit 1 when there is one. */
enum exit_code
cmd_entity_conflicts(struct cli *cli)
{
    struct out out;
    struct ask ask;

    if (!cli_open(cli) ||
        !out_begin(&out, cli, "conflict", conflict_columns, &cli->err))
        return cli_fail(cli);
    ask_begin(&ask, cli,
              "SELECT kind, number, system, state, updated_ms, reason, code"
              " FROM links");
    ask_only(&ask, "state IN ('held', 'gone')");
    ask_end(&ask, "ORDER BY updated_ms LIMIT 1000");
    if (!ask_rows(&ask, &out, &cli->err))
        return cli_fail(cli);
    size_t rows = out_rows(&out);
    out_end(&out);
    return rows > 0 ? EXIT_FINDINGS : EXIT_OK;
}

/* ---- one */

enum { SIDES = 8 };

struct shown {
    struct entity entity;
    struct link *links;
    size_t count;
    json_t *house, *seen[SIDES];
};

/* "customer:C10010" */
static bool
take_name(struct cli *cli, const char **kind, const char **number)
{
    const char *colon = strchr(cli->words[0], ':');

    if (colon == NULL)
        return err_set(&cli->err, TP8002,
                       "found '%.60s', expected KIND:NUMBER such as "
                       "customer:C10010",
                       cli->words[0]);
    *kind = arena_strndup(cli->arena, cli->words[0],
                          (size_t)(colon - cli->words[0]));
    *number = colon + 1;
    return true;
}

static json_t *
object_of(const char *text)
{
    json_t *object = text[0] != '\0' ? json_loads(text, 0, NULL) : NULL;

    return object != NULL ? object : json_object();
}

static void
add_field(struct out *out, const struct shown *shown, const char *path)
{
    const char *house = node_text(shown->house, path);
    bool differs = false, any = house != NULL;

    for (size_t i = 0; i < shown->count; i++) {
        const char *theirs = node_text(shown->seen[i], path);
        any |= theirs != NULL;
        /* A system that has no such field says nothing about it. */
        differs |= theirs != NULL && !text_equal(theirs, house);
    }
    if (!any)
        return;
    out_cell(out, path);
    out_cell(out, house);
    for (size_t i = 0; i < shown->count; i++)
        out_cell(out, node_text(shown->seen[i], path));
    out_cell(out, differs ? "differs" : "");
}

/* Every field that somebody has, groups opened. */
static void
add_fields(struct out *out, const struct shown *shown, json_t *all)
{
    const char *name, *inner;
    json_t *value, *leaf;
    char path[200];

    json_object_foreach(all, name, value)
    {
        if (!json_is_object(value)) {
            if (!text_equal(name, "changed_at"))
                add_field(out, shown, name);
            continue;
        }
        json_object_foreach(value, inner, leaf)
        {
            text_format(path, sizeof path, "%.90s.%.90s", name, inner);
            add_field(out, shown, path);
        }
    }
}

static bool
print_fields(struct cli *cli, struct shown *shown)
{
    struct column columns[SIDES + 4] = { { "field", "FIELD", COLUMN_TEXT },
                                         { "house", "HOUSE", COLUMN_TEXT } };
    json_t *all CLEANUP(json_decrefp) = json_deep_copy(shown->house);
    struct out out;
    size_t n = 2;

    for (size_t i = 0; i < shown->count; i++) {
        char *title = arena_strdup(cli->arena, shown->links[i].system);
        for (char *c = title; *c != '\0'; c++)
            *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
        columns[n++] =
            (struct column){ shown->links[i].system, title, COLUMN_TEXT };
        json_object_update_missing(all, shown->seen[i]);
    }
    columns[n++] = (struct column){ "differs", "", COLUMN_TEXT };
    columns[n] = (struct column){ 0 };
    if (!out_begin(&out, cli, "entity-field", columns, &cli->err))
        return false;
    add_fields(&out, shown, all);
    out_end(&out);
    return true;
}

static void
print_links(const struct cli *cli, const struct shown *shown)
{
    for (size_t i = 0; i < shown->count; i++) {
        const struct link *link = &shown->links[i];
        printf("%-10s %s%s%s%s%s\n", link->system, link_state_name(link->state),
               link->remote[0] ? ", " : "", link->remote,
               link->reason[0] ? ": " : "", link->reason);
    }
    for (size_t i = 0; i < shown->count; i++)
        if (shown->links[i].state == LINK_HELD)
            cli_next(cli, "entity keep %s:%s %s", shown->entity.kind,
                     shown->entity.number, shown->links[i].system);
}

static bool
read_shown(struct cli *cli, struct shown *shown)
{
    const char *kind, *number;
    bool found;

    if (!take_name(cli, &kind, &number) || !cli_open(cli) ||
        !journal_entity(cli->journal, kind, number, cli->arena, &shown->entity,
                        &found, &cli->err))
        return false;
    if (!found)
        return err_set(&cli->err, TP8003, "there is no %.30s %.60s", kind,
                       number);
    return journal_links(cli->journal, shown->entity.id, cli->arena,
                         &shown->links, &shown->count, &cli->err);
}

enum exit_code
cmd_entity_show(struct cli *cli)
{
    struct shown shown = { .count = 0 };

    if (!read_shown(cli, &shown))
        return cli_fail(cli);
    if (shown.count > SIDES)
        shown.count = SIDES;
    shown.house = object_of(shown.entity.fields);
    for (size_t i = 0; i < shown.count; i++)
        shown.seen[i] = object_of(shown.links[i].seen);
    bool good = print_fields(cli, &shown);
    if (good && cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_QUIET))
        print_links(cli, &shown);
    json_decref(shown.house);
    for (size_t i = 0; i < shown.count; i++)
        json_decref(shown.seen[i]);
    return good ? EXIT_OK : cli_fail(cli);
}

/* ---- acts */

enum exit_code
cmd_entity_keep(struct cli *cli)
{
    const char *kind, *number;
    size_t decided;

    if (!take_name(cli, &kind, &number) || !cli_open_writer(cli) ||
        !flow_entity_keep(cli->journal, kind, number, cli->words[1], &decided,
                          &cli->err))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s:%s: %s's word counts in %zu field%s\n", kind, number,
               cli->words[1], decided, decided == 1 ? "" : "s");
    cli_next(cli, "run");
    return EXIT_OK;
}

enum exit_code
cmd_entity_sync(struct cli *cli)
{
    const char *kind, *number;
    size_t count;

    if (!take_name(cli, &kind, &number) || !cli_open_writer(cli) ||
        !flow_entity_ask(cli->journal, kind, number, &count, &cli->err))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s:%s: %zu system%s to be asked\n", kind, number, count,
               count == 1 ? " is" : "s are");
    cli_next(cli, "run");
    return EXIT_OK;
}
