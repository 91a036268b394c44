/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include "cli/commands.h"
#include "conf/partner.h"
#include "store/journal.h"

enum { LIST_ROWS = 200 };

void
ask_begin(struct ask *ask, struct cli *cli, const char *select)
{
    *ask = (struct ask){ .cli = cli };
    buf_adds(&ask->sql, select);
}

void
ask_only(struct ask *ask, const char *condition)
{
    buf_addf(&ask->sql, " %s (%s)", ask->where ? "AND" : "WHERE", condition);
    ask->where = true;
}

void
ask_where(struct ask *ask, const char *condition, const char *text)
{
    struct buf numbered = { 0 };

    if (text_empty(text))
        return;
    BUG_IF(ask->count == ASK_TEXTS_MAX);
    ask->texts[ask->count++] = text;
    for (; *condition != '\0'; condition++) {
        buf_addc(&numbered, *condition);
        if (*condition == '?')
            buf_addf(&numbered, "%zu", ask->count);
    }
    ask_only(ask, buf_text(&numbered));
    buf_free(&numbered);
}

static bool
ask_moment(struct ask *ask, enum option option, const char *column,
           const char *sign, struct err *err)
{
    struct arena *arena = ask->cli->arena;
    moment at;

    if (!cli_moment(ask->cli, option, &at, err))
        return false;
    if (at != 0)
        ask_where(ask,
                  arena_printf(arena, "%s %s CAST(? AS INTEGER)", column, sign),
                  arena_printf(arena, "%lld", (long long)at));
    return true;
}

/* One of the settings, or one that documents are left of. */
static bool
is_partner(struct cli *cli, const char *code, struct err *err)
{
    CLEANUP(ask_drop) struct ask known = { 0 };
    const char *found = "";

    if (partner_by_code(cli->conf, code) != NULL)
        return true;
    ask_begin(&known, cli, "SELECT partner FROM main.tally");
    ask_where(&known, "partner = upper(?)", code);
    ask_end(&known, "LIMIT 1");
    if (!ask_value(&known, &found, err))
        return false;
    if (found[0] != '\0')
        return true;
    partner_find(cli, code);
    if (err != &cli->err)
        *err = cli->err;
    return false;
}

bool
ask_options(struct ask *ask, const char *created_ms, const char *partner,
            struct err *err)
{
    const char *code = ask->cli->option[OPTION_PARTNER];

    if (created_ms != NULL &&
        (!ask_moment(ask, OPTION_SINCE, created_ms, ">=", err) ||
         !ask_moment(ask, OPTION_UNTIL, created_ms, "<", err)))
        return false;
    if (partner == NULL || code == NULL)
        return true;
    ask_where(ask, arena_printf(ask->cli->arena, "%s = upper(?)", partner),
              code);
    return is_partner(ask->cli, code, err);
}

void
ask_end(struct ask *ask, const char *order)
{
    buf_addf(&ask->sql, " %s", order);
}

bool
ask_limit(struct ask *ask, int32_t fallback, struct err *err)
{
    int32_t limit;

    if (!cli_limit(ask->cli, fallback, &limit, err))
        return false;
    if (limit > 0)
        buf_addf(&ask->sql, " LIMIT %d", (int)limit);
    return true;
}

static bool
add_cells(void *user, int columns, const char *const *names,
          const char *const *values, struct err *err)
{
    struct out *out = user;

    (void)names;
    (void)err;
    BUG_IF((size_t)columns != out->column_count);
    for (int i = 0; i < columns; i++)
        out_cell(out, values[i]);
    return true;
}

bool
ask_rows(struct ask *ask, struct out *out, struct err *err)
{
    bool good = journal_query(ask->cli->journal, buf_text(&ask->sql),
                              ask->texts, ask->count, add_cells, out, err);

    buf_free(&ask->sql);
    return good;
}

bool
ask_list(struct ask *ask, const char *order, struct out *out, struct err *err)
{
    ask_end(ask, order);
    return ask_limit(ask, LIST_ROWS, err) && ask_rows(ask, out, err);
}

void
ask_drop(struct ask *ask)
{
    buf_free(&ask->sql);
}

struct value {
    struct arena *arena;
    const char *text;
};

static bool
keep_first(void *user, int columns, const char *const *names,
           const char *const *values, struct err *err)
{
    struct value *value = user;

    (void)columns;
    (void)names;
    (void)err;
    if (value->text[0] == '\0' && values[0] != NULL)
        value->text = arena_strdup(value->arena, values[0]);
    return true;
}

bool
ask_value(struct ask *ask, const char **text, struct err *err)
{
    struct value value = { ask->cli->arena, "" };
    bool good = journal_query(ask->cli->journal, buf_text(&ask->sql),
                              ask->texts, ask->count, keep_first, &value, err);

    buf_free(&ask->sql);
    *text = value.text;
    return good;
}
