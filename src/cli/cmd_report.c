/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a report's definition: rows, totals, a proof at the end; and a copy in
 * the spool, where people look for it. */
#include <stdio.h>
#include <string.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/out_private.h"
#include "cli/report.h"
#include "conf/partner.h"
#include "store/digest.h"
#include "store/journal.h"

enum { DEFINITION_LIMIT_BYTES = 256 * 1024, NARROWEST = 100 };

struct run {
    struct cli *cli;
    struct report report;
    struct out out;
    const char *texts[REPORT_PARAMETERS]; /* from, to, partner */
    int place[COLUMNS_MAX]; /* of each column in the query's row; -1 = unset */
    bool placed;
};

static bool
find_places(struct run *run, int columns, const char *const *names,
            struct err *err)
{
    for (size_t i = 0; i < run->report.column_count; i++) {
        const char *name = run->report.columns[i].name;
        int at = 0;
        while (at < columns && !text_equal(names[at], name))
            at++;
        if (at == columns) {
            const char *near = text_nearest(name, names, (size_t)columns);
            return err_set(err, TP8010,
                           "found the column \"%s\", which the query does not "
                           "give%s%s%s",
                           name, near ? "; did you mean \"" : "",
                           near ? near : "", near ? "\"?" : "");
        }
        run->place[i] = at;
    }
    run->placed = true;
    return true;
}

static bool
add_row(void *user, int columns, const char *const *names,
        const char *const *values, struct err *err)
{
    struct run *run = user;

    if (!run->placed && !find_places(run, columns, names, err))
        return false;
    for (size_t i = 0; i < run->report.column_count; i++)
        out_cell(&run->out, values[run->place[i]]);
    return true;
}

static bool
read_definition(struct cli *cli, const char *name, struct report *report)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    const char *path =
        conf_find(cli->conf, cli->arena,
                  arena_printf(cli->arena, "reports/%s.report", name));

    if (path == NULL)
        return err_set(
            &cli->err, TP8003,
            "found no report \"%.40s\"; `tradepost report` lists them", name);
    return file_read(path, DEFINITION_LIMIT_BYTES, &text, &cli->err) &&
           report_parse(report, cli->arena, path,
                        arena_strdup(cli->arena, buf_text(&text)), &cli->err);
}

static bool
set_period(struct run *run, enum option option, size_t index)
{
    moment at;

    if (!cli_moment(run->cli, option, &at, &run->cli->err))
        return false;
    if (at != 0)
        run->texts[index] =
            arena_printf(run->cli->arena, "%lld", (long long)at);
    return true;
}

static bool
set_partner(struct run *run)
{
    const char *code = run->cli->option[OPTION_PARTNER];
    const struct partner *partner =
        code ? partner_by_code(run->cli->conf, code) : NULL;

    if (code != NULL && partner == NULL)
        return err_set(&run->cli->err, TP1009, "found no partner \"%.40s\"",
                       code);
    run->texts[2] = partner ? partner->code : "";
    return true;
}

static bool
run_query(struct run *run)
{
    struct cli *cli = run->cli;

    run->texts[0] = run->texts[1] = "";
    return set_period(run, OPTION_SINCE, 0) &&
           set_period(run, OPTION_UNTIL, 1) && set_partner(run) &&
           out_begin(&run->out, cli,
                     arena_printf(cli->arena, "report.%s", run->report.name),
                     run->report.columns, &cli->err) &&
           journal_query(cli->journal, run->report.query, run->texts,
                         run->report.parameters, add_row, run, &cli->err);
}

static void
rule(struct buf *page, size_t width)
{
    for (size_t i = 0; i < width; i++)
        buf_addc(page, '-');
    buf_addc(page, '\n');
}

/* Left and right of one line that is as wide as the table. */
static void
line(struct buf *page, size_t width, const char *left, const char *right)
{
    size_t used = text_length(left) + text_length(right);

    buf_addf(page, "%s%*s%s\n", left,
             used + 2 < width ? (int)(width - used) : 2, "", right);
}

static size_t
width_of(const char *table)
{
    size_t width = NARROWEST;

    while (*table != '\0') {
        size_t size = strcspn(table, "\n"), length = 0;
        for (size_t i = 0; i < size; i++)
            length += ((unsigned char)table[i] & 0xC0) != 0x80;
        if (length > width)
            width = length;
        table += size + (table[size] == '\n');
    }
    return width;
}

/* Of the files as they are, in the order of partners. */
static const char *
hash_settings(struct cli *cli)
{
    CLEANUP(buf_free) struct buf all = { 0 };
    const char *dir = conf_dir(cli->conf);
    const char *names[] = { "tradepost.conf", "env.conf",
                            "partners/default.conf" };
    char *hash = arena_alloc(cli->arena, DIGEST_TEXT);
    struct err ignored = { 0 };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (file_exists(arena_printf(cli->arena, "%s/%s", dir, names[i])) &&
            !file_read(arena_printf(cli->arena, "%s/%s", dir, names[i]),
                       DEFINITION_LIMIT_BYTES, &all, &ignored))
            return "unreadable";
    for (size_t i = 0; i < partner_count(cli->conf); i++) {
        const char *place = conf_place(partner_at(cli->conf, i)->group);
        char *path = arena_printf(cli->arena, "%s/%s", dir, place);
        *strrchr(path, ':') = '\0';
        if (!file_read(path, DEFINITION_LIMIT_BYTES, &all, &ignored))
            return "unreadable";
    }
    digest_sha256(hash, buf_text(&all), all.size);
    return hash;
}

static void
add_head(const struct run *run, size_t width, struct buf *page)
{
    struct cli *cli = run->cli;
    const struct company *company = conf_company(cli->conf);
    char now[60], *title = arena_strdup(cli->arena, run->report.title);

    when_format(when_now(), cli_zone(cli), "%Y-%m-%d %H:%M %Z", now,
                sizeof now);
    for (char *c = title; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    line(page, width, title,
         arena_printf(cli->arena, "%s   %s   as of %s", company->name,
                      company->environment, now));
    const char *since = cli->option[OPTION_SINCE];
    const char *until = cli->option[OPTION_UNTIL];
    line(page, width,
         arena_printf(
             cli->arena, "Filter: %s%s%s%s%s", since ? "from " : "",
             since ? since : "", until ? " up to " : "",
             until   ? until
             : since ? ""
                     : "all dates",
             run->texts[2][0]
                 ? arena_printf(cli->arena, ", partner %s", run->texts[2])
                 : ", all partners"),
         arena_printf(cli->arena, "settings %.7s   by %s", hash_settings(cli),
                      cli_actor(cli)));
}

/* The hash of the rows as TSV without a header, so that anybody can repeat it
 * with -o tsv --no-header | sha256sum. */
static const char *
hash_rows(const struct run *run)
{
    char *hash = arena_alloc(run->cli->arena, DIGEST_TEXT);
    struct cli plain = *run->cli;
    struct out rows = run->out;
    struct buf text = { 0 };

    plain.option[OPTION_NO_HEADER] = "";
    rows.cli = &plain;
    out_tsv(&rows, &text);
    digest_sha256(hash, buf_text(&text), text.size);
    buf_free(&text);
    return hash;
}

static void
add_foot(const struct run *run, size_t width, struct buf *page)
{
    struct buf totals = { 0 };

    if (run->report.total != NULL)
        out_totals(&run->out, run->report.total, run->report.by, &totals);
    buf_addf(page, "%zu row%s%s%s\n", out_rows(&run->out),
             out_rows(&run->out) == 1 ? "" : "s", totals.size ? "   " : "",
             buf_text(&totals));
    line(page, width,
         arena_printf(run->cli->arena, "sha256 %s", hash_rows(run)),
         "*** end of report ***");
    buf_free(&totals);
}

static void
make_page(const struct run *run, struct buf *page)
{
    struct buf table = { 0 };

    out_table(&run->out, &table);
    size_t width = width_of(buf_text(&table));
    add_head(run, width, page);
    rule(page, width);
    buf_adds(page, buf_text(&table));
    rule(page, width);
    add_foot(run, width, page);
    buf_free(&table);
}

/* spool/reports/2026/11/22/register-20261122.txt */
static bool
file_page(const struct run *run, const struct buf *page, struct err *err)
{
    struct cli *cli = run->cli;
    char day[40], stamp[40];

    when_format(when_now(), cli_zone(cli), "%Y/%m/%d", day, sizeof day);
    when_format(when_now(), cli_zone(cli), "%Y%m%d", stamp, sizeof stamp);
    const char *dir = arena_printf(cli->arena, "%s/reports/%s",
                                   conf_spool_dir(cli->conf), day);
    return durable_mkdir(dir, 0750, err) &&
           durable_write_view(
               dir,
               arena_printf(cli->arena, "%s-%s.txt", run->report.name, stamp),
               buf_text(page), page->size, 0640, err);
}

/* The copy is whole, whatever columns or format were asked for. */
static bool
file_copy(const struct run *run, struct err *err)
{
    CLEANUP(buf_free) struct buf page = { 0 };
    struct cli plain = *run->cli;
    struct run whole = *run;

    plain.option[OPTION_NO_HEADER] = NULL;
    whole.out.cli = &plain;
    whole.out.chosen_count = whole.report.column_count;
    for (size_t i = 0; i < whole.report.column_count; i++)
        whole.out.chosen[i] = i;
    make_page(&whole, &page);
    return file_page(run, &page, err);
}

static void
deliver(const struct run *run)
{
    struct buf page = { 0 };
    struct err err = { 0 };

    if (run->cli->format == FORMAT_TEXT) {
        make_page(run, &page);
        fputs(buf_text(&page), stdout);
    }
    if (!cli_has(run->cli, OPTION_DRY_RUN) && !file_copy(run, &err) &&
        !cli_has(run->cli, OPTION_QUIET))
        fprintf(stderr, "tradepost: no copy in the spool: %s\n", err.text);
    buf_free(&page);
}

enum exit_code
cmd_report(struct cli *cli)
{
    struct run run = { .cli = cli };

    if (!cli_open(cli))
        return cli_fail(cli);
    if (cli->count == 0)
        return report_list(cli);
    if (!read_definition(cli, cli->words[0], &run.report) || !run_query(&run)) {
        if (cli->err.at[0] == '\0' && cli->err.code != TP8003)
            err_at(&cli->err, "report %s", cli->words[0]);
        return cli_fail(cli);
    }
    if (cli->format != FORMAT_TEXT)
        out_end(&run.out);
    deliver(&run);
    return EXIT_OK;
}
