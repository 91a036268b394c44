/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/kinds.h"
#include "cli/manual.h"
#include "conf/settings.h"
#include "config.h"
#include "x12/finding.h"

static const char *const group_titles[GROUPS] = {
    [GROUP_DAILY] = "Every day",
    [GROUP_DOCUMENTS] = "Documents",
    [GROUP_PARTNERS] = "Partners",
    [GROUP_FILES] = "X12 files",
    [GROUP_REPORTS] = "Reports and proofs",
    [GROUP_HELP] = "Help",
};

void
help_version(void)
{
    puts(PACKAGE_STRING);
}

enum exit_code
cmd_version(struct cli *cli)
{
    if (cli->format == FORMAT_TEXT)
        help_version();
    else
        printf("{\"schema\":\"tradepost.version/1\",\"version\":\"%s\"}\n",
               PACKAGE_VERSION);
    return EXIT_OK;
}

static void
print_command(const struct command *command)
{
    char usage[80];

    text_format(usage, sizeof usage, "%s%s%s", command->words,
                command->arguments[0] ? " " : "", command->arguments);
    printf("  %-26s %s\n", usage, command->about);
}

static void
print_option(const struct option_info *info)
{
    char usage[60];

    text_format(usage, sizeof usage, "--%s%s%s%s%c", info->name,
                info->argument ? " " : "", info->argument ? info->argument : "",
                info->letter ? ", -" : "", info->letter);
    printf("  %-26s %s\n", usage, info->help);
}

void
help_all(void)
{
    puts("Usage: tradepost [OPTION...] COMMAND [ARGUMENT...]\n");
    for (enum command_group group = 0; group < GROUPS; group++) {
        puts(group_titles[group]);
        for (const struct command *c = commands; c->words != NULL; c++)
            if (c->group == group)
                print_command(c);
        putchar('\n');
    }
    puts("Options that every command takes");
    for (enum option o = 0; o < OPTIONS; o++)
        if (option_infos[o].everywhere)
            print_option(&option_infos[o]);
    puts("\nMore: tradepost help COMMAND, tradepost help config, tradepost(1)");
}

static void
print_details(const char *details)
{
    struct buf text = { 0 };

    if (details[0] != '\0')
        buf_addc(&text, '\n');
    manual_wrap(&text, 0, details);
    fputs(details[0] ? buf_text(&text) : "", stdout);
    buf_free(&text);
}

static void
print_examples(const struct command *command)
{
    puts(strchr(command->examples, '\n') ? "\nExamples" : "\nExample");
    for (const char *at = command->examples; *at != '\0';) {
        int size = (int)strcspn(at, "\n");
        printf("  %.*s\n", size, at);
        at += size + (at[size] == '\n');
    }
}

void
help_command(const struct command *command)
{
    bool any = false;

    printf("tradepost %s - %s\n\nUsage: tradepost %s%s%s\n", command->words,
           command->about, command->words, command->arguments[0] ? " " : "",
           command->arguments);
    print_details(command->details);
    for (enum option o = 0; o < OPTIONS; o++) {
        if (option_infos[o].everywhere || !command_takes(command, o))
            continue;
        if (!any)
            puts("\nOptions");
        any = true;
        print_option(&option_infos[o]);
    }
    print_examples(command);
}

static enum exit_code
settings(const struct cli *cli, const struct setting *table)
{
    struct buf page = { 0 };

    settings_manual(table, cli_has(cli, OPTION_MAN) ? MANUAL_MAN : MANUAL_TEXT,
                    &page);
    fputs(buf_text(&page), stdout);
    buf_free(&page);
    return EXIT_OK;
}

static enum exit_code
page(void (*add)(struct buf *))
{
    struct buf text = { 0 };

    add(&text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
    return EXIT_OK;
}

static enum exit_code
exits(const struct cli *cli)
{
    if (cli_has(cli, OPTION_MAN))
        return page(manual_exits);
#define EXIT(name, number, meaning) printf("%3d  %s\n", number, meaning);
#include "cli/exits.tbl"
#undef EXIT
    return EXIT_OK;
}

static enum exit_code
deviations(const struct cli *cli)
{
    if (cli_has(cli, OPTION_MAN))
        return page(manual_deviations);
    for (int i = 0; i < X12_TOLERANCES; i++) {
        enum x12_tolerance sin = (enum x12_tolerance)i;
        printf("%-24s %-7s %s\n", x12_tolerance_name(sin),
               x12_severity_name(x12_tolerance_default(sin)),
               x12_tolerance_text(sin));
    }
    return EXIT_OK;
}

static enum exit_code
kinds(const struct cli *cli, bool channels)
{
    struct buf text = { 0 };

    kinds_manual(channels, cli_has(cli, OPTION_MAN), &text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
    return EXIT_OK;
}

/* Every command that begins with the words, so "help doc" explains them all. */
static size_t
explain_commands(const char *words)
{
    size_t shown = 0, size = strlen(words);

    for (const struct command *c = commands; c->words != NULL; c++) {
        if (!text_starts(c->words, words) ||
            (c->words[size] != '\0' && c->words[size] != ' '))
            continue;
        if (shown++ > 0)
            putchar('\n');
        help_command(c);
    }
    return shown;
}

enum exit_code
cmd_help(struct cli *cli)
{
    const char *topic = cli->count > 0 ? cli->words[0] : "";

    if (cli->count == 0 && cli_has(cli, OPTION_MAN))
        return page(manual_commands);
    if (cli->count == 0) {
        help_all();
        return EXIT_OK;
    }
    if (text_equal(topic, "exit"))
        return exits(cli);
    if (text_equal(topic, "deviations"))
        return deviations(cli);
    if (text_equal(topic, "channels") || text_equal(topic, "systems"))
        return kinds(cli, text_equal(topic, "channels"));
    if (cli->count == 1 && kinds_settings(topic) != NULL)
        return settings(cli, kinds_settings(topic));
    if (text_equal(topic, "config"))
        return settings(cli, settings_main);
    if (text_equal(topic, "partner") && cli_has(cli, OPTION_MAN))
        return settings(cli, settings_partner);
    if (text_equal(topic, "options") && cli_has(cli, OPTION_MAN))
        return page(manual_options);
    if (cli->count > 1)
        topic = arena_printf(cli->arena, "%s %s", topic, cli->words[1]);
    if (explain_commands(topic) == 0)
        return cli_missing(cli, "found no command or topic \"%.80s\"", topic);
    if (text_equal(topic, "partner")) {
        puts("\nSettings of a partner's file");
        return settings(cli, settings_partner);
    }
    return EXIT_OK;
}
