/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "x12/finding.h"

/* Text for troff: hyphens that can be copied, no request by accident. */
static void
add_text(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_adds(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            buf_adds(out, "\\e");
        else if (*text == '-')
            buf_adds(out, "\\-");
        else
            buf_addc(out, *text);
    }
}

/* Bold words that are typed as they stand, italic ones that stand for others.
 */
static void
add_arguments(struct buf *out, const char *arguments)
{
    if (arguments[0] == '\0')
        return;
    buf_adds(out, " \\fI");
    add_text(out, arguments);
    buf_adds(out, "\\fR");
}

static void
add_option(struct buf *out, const struct option_info *info)
{
    buf_adds(out, ".TP\n\\fB");
    if (info->letter != 0)
        buf_addf(out, "\\-%c\\fR, \\fB", info->letter);
    buf_adds(out, "\\-\\-");
    add_text(out, info->name);
    buf_adds(out, "\\fR");
    add_arguments(out, info->argument ? info->argument : "");
    buf_addc(out, '\n');
    add_text(out, info->help);
    buf_adds(out, ".\n");
}

static void
add_command(struct buf *out, const struct command *command)
{
    buf_adds(out, ".TP\n\\fBtradepost ");
    add_text(out, command->words);
    buf_adds(out, "\\fR");
    add_arguments(out, command->arguments);
    buf_addc(out, '\n');
    add_text(out, command->about);
    buf_adds(out, ".\n");
    if (command->details[0] != '\0') {
        add_text(out, command->details);
        buf_addc(out, '\n');
    }
    buf_adds(out, ".IP\n.EX\n");
    add_text(out, command->examples);
    buf_adds(out, "\n.EE\n");
    if (command->options[0] == '\0')
        return;
    buf_adds(out, ".RS\n");
    for (enum option o = 0; o < OPTIONS; o++)
        if (!option_infos[o].everywhere && command_takes(command, o))
            add_option(out, &option_infos[o]);
    buf_adds(out, ".RE\n");
}

void
manual_commands(struct buf *out)
{
    for (const struct command *c = commands; c->words != NULL; c++)
        add_command(out, c);
}

void
manual_options(struct buf *out)
{
    for (enum option o = 0; o < OPTIONS; o++)
        if (option_infos[o].everywhere)
            add_option(out, &option_infos[o]);
}

void
manual_exits(struct buf *out)
{
#define EXIT(name, number, meaning)        \
    buf_addf(out, ".TP\n.B %d\n", number); \
    add_text(out, meaning);                \
    buf_adds(out, ".\n");
#include "cli/exits.tbl"
#undef EXIT
}

void
manual_deviations(struct buf *out)
{
#define TOLERANCE(name, word, severity, text) \
    buf_adds(out, ".TP\n\\fB" word "\\fR\n"); \
    add_text(out, text);                      \
    buf_addf(out, ".\nWhen not said: %s.\n",  \
             x12_severity_name(x12_tolerance_default(X12_##name)));
#include "x12/tolerances.tbl"
#undef TOLERANCE
}

void
manual_wrap(struct buf *out, size_t indent, const char *text)
{
    enum { WIDTH = 78 };
    size_t column = indent;

    for (const char *at = text + strspn(text, " "); *at != '\0';) {
        size_t size = strcspn(at, " ");
        if (column > indent && column + 1 + size > WIDTH) {
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buf_addc(out, ' ');
            column++;
        }
        buf_add(out, at, size);
        column += size;
        at += size;
        at += strspn(at, " ");
    }
    buf_addc(out, '\n');
}

/* The first words of commands, once each. */
static void
add_nouns(struct buf *out)
{
    const char *before = "";

    for (const struct command *c = commands; c->words != NULL; c++) {
        size_t size = strcspn(c->words, " ");
        if (strncmp(before, c->words, size) != 0 || before[size] != ' ')
            buf_addf(out, " %.*s", (int)size, c->words);
        before = c->words;
    }
}

static void
add_verbs(struct buf *out)
{
    for (const struct command *c = commands; c->words != NULL; c++) {
        const char *blank = strchr(c->words, ' ');
        if (blank == NULL)
            continue;
        size_t size = (size_t)(blank - c->words);
        if (c > commands && strncmp(c[-1].words, c->words, size + 1) == 0)
            continue;
        buf_addf(out, "    %.*s) words=\"", (int)size, c->words);
        for (const struct command *v = c;
             v->words && strncmp(v->words, c->words, size + 1) == 0; v++)
            buf_addf(out, "%s%s", v == c ? "" : " ", v->words + size + 1);
        buf_adds(out, "\" ;;\n");
    }
}

static void
add_option_names(struct buf *out)
{
    for (enum option o = 0; o < OPTIONS; o++)
        buf_addf(out, " --%s", option_infos[o].name);
}

/* Names of partners come from the partners' files, so that completing never
 * reads the settings; documents are too many to complete. */
enum exit_code
cmd_completion(struct cli *cli)
{
    struct buf out = { 0 };

    if (!text_equal(cli->words[0], "bash")) {
        err_set(&cli->err, TP8002, "found \"%.40s\", expected bash",
                cli->words[0]);
        return cli_fail(cli);
    }
    buf_adds(&out,
             "# bash completion for tradepost, made by `tradepost "
             "completion bash`\n_tradepost()\n{\n"
             "  local word=${COMP_WORDS[COMP_CWORD]} words i noun= verb=\n"
             "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
             "    case ${COMP_WORDS[i]} in -*) ;; *)\n"
             "      if [ -z \"$noun\" ]; then noun=${COMP_WORDS[i]}\n"
             "      elif [ -z \"$verb\" ]; then verb=${COMP_WORDS[i]}; fi "
             ";;\n"
             "    esac\n  done\n"
             "  case $word in -*)\n    words=\"");
    add_option_names(&out);
    buf_adds(&out, "\"\n    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                   "    return ;;\n  esac\n"
                   "  if [ -z \"$noun\" ]; then\n    words=\"");
    add_nouns(&out);
    buf_adds(&out, "\"\n  elif [ -z \"$verb\" ]; then\n    case $noun in\n");
    add_verbs(&out);
    buf_adds(&out,
             "    esac\n  elif [ \"$noun\" = partner ]; then\n"
             "    words=$(cd \"${TRADEPOST_CONFIG:-" TP_SYSCONFDIR
             "}/partners\" 2>/dev/null &&\n"
             "      for i in *.conf; do [ \"$i\" = default.conf ] || echo "
             "\"${i%.conf}\"; done)\n"
             "  fi\n"
             "  if [ -n \"$words\" ]; then COMPREPLY=($(compgen -W \"$words\" "
             "-- \"$word\"))\n"
             "  else COMPREPLY=($(compgen -f -- \"$word\")); fi\n}\n"
             "complete -F _tradepost tradepost\n");
    fputs(buf_text(&out), stdout);
    buf_free(&out);
    return EXIT_OK;
}
