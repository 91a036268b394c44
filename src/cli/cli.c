/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/out.h"
#include "store/vault.h"

const char *
cli_demo_dir(const struct cli *cli)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

    if (!text_empty(data))
        return arena_printf(cli->arena, "%s/tradepost/demo/etc", data);
    return arena_printf(cli->arena, "%s/.local/share/tradepost/demo/etc",
                        home ? home : "");
}

static const char *
config_dir(const struct cli *cli)
{
    const char *named = getenv("TRADEPOST_CONFIG");

    if (cli->option[OPTION_CONFIG] != NULL)
        return cli->option[OPTION_CONFIG];
    if (cli->option[OPTION_DEMO] != NULL)
        return cli_demo_dir(cli);
    return text_empty(named) ? TP_SYSCONFDIR : named;
}

bool
cli_conf(struct cli *cli)
{
    if (cli->conf != NULL)
        return true;
    if (!conf_load(&cli->conf, config_dir(cli), cli->found, &cli->err))
        return false;
    vault_open(&cli->vault, cli->conf);
    vault_attach(cli->vault, cli->conf);
    return true;
}

static enum exit_code
code_of(const struct err *err)
{
    if (err->code == TP8001 || err->code == TP8002 || err->code == TP4053)
        return EXIT_USAGE;
    if (err->code == TP4054 || err->code == TP8003 || err->code == TP8004 ||
        err->code == TP1009 || err->code == TP7003)
        return EXIT_NOT_FOUND;
    switch (err->kind) {
    case ERR_NONE:
        return EXIT_OK;
    case ERR_CONFIG:
        return EXIT_INVALID;
    case ERR_AUTH:
        return EXIT_DENIED;
    case ERR_CONFLICT:
        return EXIT_CONFLICT;
    case ERR_UNSURE:
        return EXIT_UNREACHABLE;
    case ERR_RETRY:
    case ERR_THROTTLED:
        return EXIT_TEMPORARY;
    case ERR_DATA:
    case ERR_BUG:
        break;
    }
    return EXIT_FINDINGS;
}

enum exit_code
cli_fail(struct cli *cli)
{
    struct buf text = { 0 };

    out_clean(&text, cli->err.at);
    if (text.size > 0)
        buf_adds(&text, ": ");
    out_clean(&text, cli->err.text);
    fflush(stdout);
    fprintf(stderr, "tradepost: %s [%s]\n", buf_text(&text),
            err_name(cli->err.code));
    buf_free(&text);
    return code_of(&cli->err);
}

enum exit_code
cli_missing(struct cli *cli, const char *format, ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(&cli->err, TP8003, "%s", text);
    return cli_fail(cli);
}

void
cli_next(const struct cli *cli, const char *format, ...)
{
    va_list args;

    if (cli->format != FORMAT_TEXT || cli->option[OPTION_QUIET] != NULL ||
        !isatty(STDOUT_FILENO))
        return;
    printf("next: %s ", cli_invocation(cli));
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

const char *
cli_invocation(const struct cli *cli)
{
    const char *program =
        strchr(cli->program, '/') != NULL ? cli->program : "tradepost";

    if (cli_has(cli, OPTION_CONFIG))
        return arena_printf(cli->arena, "%s -c %s", program,
                            cli->option[OPTION_CONFIG]);
    return cli_has(cli, OPTION_DEMO)
               ? arena_printf(cli->arena, "%s --demo", program)
               : program;
}

bool
cli_has(const struct cli *cli, enum option option)
{
    return cli->option[option] != NULL;
}

static void
problem_json(const struct problem *problem)
{
    struct buf line = { 0 };

    buf_addf(&line,
             "{\"schema\":\"tradepost.problem/1\",\"severity\":\"%s\","
             "\"code\":\"%s\",\"at\":",
             problem->warning ? "warning" : "error", err_name(problem->code));
    out_json_text(&line, problem->at);
    buf_adds(&line, ",\"text\":");
    out_json_text(&line, problem->text);
    buf_adds(&line, "}");
    puts(buf_text(&line));
    buf_free(&line);
}

void
cli_problem(const struct cli *cli, const struct problem *problem)
{
    struct buf line = { 0 };

    if (cli->format == FORMAT_JSON || cli->format == FORMAT_JSONL) {
        problem_json(problem);
        return;
    }
    out_clean(&line, problem->at);
    buf_addf(&line, "%s%s", line.size > 0 ? ": " : "",
             problem->warning ? "warning: " : "");
    out_clean(&line, problem->text);
    printf("%s [%s]\n", buf_text(&line), err_name(problem->code));
    buf_free(&line);
}

const char *
cli_zone(const struct cli *cli)
{
    return cli->option[OPTION_UTC] != NULL || cli->conf == NULL
               ? NULL
               : conf_company(cli->conf)->zone;
}

static const char *
show_time(const struct cli *cli, moment at, const char *format)
{
    char text[40];

    if (at == 0)
        return "";
    when_format(at, cli_zone(cli), format, text, sizeof text);
    return arena_strdup(cli->arena, text);
}

const char *
cli_time(const struct cli *cli, moment at)
{
    return show_time(cli, at, "%Y-%m-%d %H:%M");
}

const char *
cli_second(const struct cli *cli, moment at)
{
    return show_time(cli, at, "%Y-%m-%d %H:%M:%S");
}

const char *
cli_age(const struct cli *cli, moment since)
{
    int64_t minutes = (when_now() - since) / 60000;
    int64_t hours = minutes / 60, days = hours / 24;

    if (minutes < 1)
        return "now";
    if (hours < 1)
        return arena_printf(cli->arena, "%lldm", (long long)minutes);
    if (days < 1)
        return arena_printf(cli->arena, "%lldh %lldm", (long long)hours,
                            (long long)(minutes % 60));
    return arena_printf(cli->arena, "%lldd %lldh", (long long)days,
                        (long long)(hours % 24));
}

/* The moment when the day of that date begins in the zone. */
static bool
day_begins(const char *date, const char *zone, moment *out)
{
    moment guess, shown;
    char text[40];

    if (!when_is_date(date) || !when_parse(date, &guess))
        return false;
    *out = guess;
    /* Twice, since the zone's offset may differ at the first guess. */
    for (int i = 0; i < 2; i++) {
        when_format(*out, zone, "%Y-%m-%dT%H:%M:%SZ", text, sizeof text);
        if (!when_parse(text, &shown))
            return false;
        *out += guess - shown;
    }
    return true;
}

/* A day up to which something goes is part of it. */
static bool
day_bound(enum option option, const char *day, const char *zone, moment *out)
{
    enum { INTO_THE_NEXT = 36 * 3600 * 1000 };
    char date[WHEN_DATE];

    if (!day_begins(day, zone, out))
        return false;
    return option != OPTION_UNTIL ||
           day_begins(when_date(*out + INTO_THE_NEXT, zone, date), zone, out);
}

bool
cli_moment(struct cli *cli, enum option option, moment *out, struct err *err)
{
    const char *text = cli->option[option], *zone = cli_zone(cli);
    char date[WHEN_DATE];
    moment now = when_now();
    long seconds;

    *out = 0;
    if (text == NULL || day_bound(option, text, zone, out) ||
        when_parse(text, out))
        return true;
    if (text_equal(text, "now"))
        *out = now;
    else if (text_equal(text, "today"))
        return day_bound(option, when_date(now, zone, date), zone, out);
    else if (text_equal(text, "yesterday"))
        return day_bound(option, when_date(now - 86400000, zone, date), zone,
                         out);
    else if (text_duration(text, &seconds))
        *out = now - (moment)seconds * 1000;
    else
        return err_set(err, TP8002,
                       "--%s: found \"%.40s\", expected today, yesterday, a "
                       "duration such as 4h, or a date such as 2026-11-20",
                       option_infos[option].name, text);
    return true;
}

bool
cli_limit(struct cli *cli, int32_t fallback, int32_t *out, struct err *err)
{
    const char *text = cli->option[OPTION_LIMIT];
    long limit = fallback;

    if (text != NULL && !text_number(text, 1000000, &limit))
        return err_set(err, TP8002,
                       "--limit: found \"%.40s\", expected a number", text);
    *out = (int32_t)limit;
    return true;
}
