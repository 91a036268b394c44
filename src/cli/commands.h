/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands - one function for each row of commands.tbl, in cmd_<noun>.c.
 */
#ifndef TP_CLI_COMMANDS_H
#define TP_CLI_COMMANDS_H

#include "cli/cli.h"

#define COMMAND(words, arguments, options, group, function, about, details, \
                examples)                                                   \
    enum exit_code cmd_##function(struct cli *);
#include "cli/commands.tbl"
#undef COMMAND

/* The document by its id, or by a number that only one has; cli->err says
 * otherwise (TP8003, TP8004). Needs cli_open. */
struct document;
bool doc_find(struct cli *, const char *name, struct document *) MUST_USE;

/* The partner; NULL: cli->err says which names are near. Reads the settings. */
struct partner;
const struct partner *partner_find(struct cli *, const char *code);

/* The reports there are. */
enum exit_code report_list(struct cli *);

/* "tradepost 0.1.0" and a newline. */
void help_version(void);
void help_all(void);
void help_command(const struct command *);

#endif
