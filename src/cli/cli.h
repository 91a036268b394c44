/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli - the program `tradepost`: a table of commands and what they share.
 *
 *   enum exit_code doc_list(struct cli *cli)
 *   {
 *       if (!cli_open(cli))
 *           return cli_fail(cli);
 *       ...
 *       return EXIT_OK;
 *   }
 *
 * A command is a row of commands.tbl and a function in cmd_<noun>.c; options
 * are rows of options.tbl. What a command returns is the program's exit code.
 * Everything allocated lies in cli->arena and ends with the program's run.
 */
#ifndef TP_CLI_CLI_H
#define TP_CLI_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/problems.h"
#include "base/text.h"
#include "base/when.h"
#include "conf/conf.h"

struct journal;
struct vault;

enum exit_code {
#define EXIT(name, number, meaning) EXIT_##name = number,
#include "cli/exits.tbl"
#undef EXIT
};

enum option {
#define OPTION(id, name, letter, argument, everywhere, help) OPTION_##id,
#include "cli/options.tbl"
#undef OPTION
    OPTIONS
};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_TSV };

enum command_group {
    GROUP_DAILY,
    GROUP_DOCUMENTS,
    GROUP_PARTNERS,
    GROUP_FILES,
    GROUP_REPORTS,
    GROUP_HELP,
    GROUPS
};

struct cli;
struct command {
    const char *words; /* "doc show" */
    const char *arguments;
    const char *options; /* names, blanks between */
    enum command_group group;
    enum exit_code (*run)(struct cli *);
    const char *about;
    const char *details;
    const char *examples; /* one a line */
};
extern const struct command commands[]; /* ended by NULL words */

struct option_info {
    const char *name;
    char letter;
    const char *argument;
    bool everywhere;
    const char *help;
};
extern const struct option_info option_infos[OPTIONS];
/* Does the command take the option? */
bool command_takes(const struct command *, enum option);

struct cli {
    struct arena *arena;
    const char *program; /* as it was called */
    const struct command *command;
    const char *option[OPTIONS]; /* NULL = not given, "" = a flag */
    enum format format;
    const char *const *words; /* after the command, NULL-ended */
    size_t count;
    struct conf *conf;
    struct problems *found; /* in the settings */
    struct journal *journal;
    struct vault *vault; /* once the settings are read */
    struct err err;
};

/* False: *err says what is wrong with the command line (TP8001). */
bool cli_parse(struct cli *, int argc, char **argv, struct err *) MUST_USE;

/* The settings folder in the demo's workspace. */
const char *cli_demo_dir(const struct cli *);
/* Reads the settings: once, whoever asks first. False: cli->err is filled. */
bool cli_conf(struct cli *) MUST_USE;
/* The same, and false when `check` would find a mistake in them. A secret that
 * is missing stops its partner or system alone. */
bool cli_sound_conf(struct cli *) MUST_USE;
/* Settings and the journal, to read only. */
bool cli_open(struct cli *) MUST_USE;
/* Settings and the journal, to change it in the name of --as or the user. */
bool cli_open_writer(struct cli *) MUST_USE;
/* --as, or the user who runs the program. */
const char *cli_actor(const struct cli *);
/* Prints cli->err and tells the exit code of its kind. */
enum exit_code cli_fail(struct cli *);
/* Fails with EXIT_NOT_FOUND (TP8003). */
enum exit_code cli_missing(struct cli *, const char *format, ...) PRINTF(2, 3);
/* How this program was called, so that a command shown can be typed again:
 * "build/tradepost --demo". */
const char *cli_invocation(const struct cli *);
/* What to do next, as in "doc show 7"; for a person at a terminal only. */
void cli_next(const struct cli *, const char *format, ...) PRINTF(2, 3);
bool cli_has(const struct cli *, enum option);
/* A problem as "file:line: sentence", or as JSON, by the format asked for. */
void cli_problem(const struct cli *, const struct problem *);

/* The zone for times shown: the company's, or NULL for UTC. */
const char *cli_zone(const struct cli *);
/* "2026-11-22 14:32" in that zone; "" for 0. */
const char *cli_time(const struct cli *, moment);
const char *cli_second(const struct cli *, moment); /* and its seconds */
/* "2d 3h", "14m" */
const char *cli_age(const struct cli *, moment since);
/* --since, --until: 0 when not given. --until a day: when it ends. TP8002. */
bool cli_moment(struct cli *, enum option, moment *, struct err *) MUST_USE;
bool cli_limit(struct cli *, int32_t fallback, int32_t *,
               struct err *) MUST_USE;

#endif
