/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "cli/cli.h"

struct args {
    char **next, **end;
    const char **words;
    size_t count;
};

static enum option
option_by_name(const char *name, size_t size)
{
    enum option option = 0;

    while (option < OPTIONS &&
           (strlen(option_infos[option].name) != size ||
            memcmp(option_infos[option].name, name, size) != 0))
        option++;
    return option;
}

static enum option
option_by_letter(char letter)
{
    enum option option = 0;

    while (option < OPTIONS && option_infos[option].letter != letter)
        option++;
    return option;
}

static bool
unknown_option(const char *word, struct err *err)
{
    const char *names[OPTIONS];
    char name[64];

    for (enum option o = 0; o < OPTIONS; o++)
        names[o] = option_infos[o].name;
    text_copy(name, sizeof name, word + 2);
    name[strcspn(name, "=")] = '\0';
    const char *near =
        word[1] == '-' ? text_nearest(name, names, OPTIONS) : NULL;
    if (near != NULL)
        return err_set(err, TP8001,
                       "found the unknown option %.60s; did you mean \"--%s\"?",
                       word, near);
    return err_set(err, TP8001, "found the unknown option %.60s", word);
}

static bool
set_option(struct cli *cli, struct args *args, enum option option,
           const char *value, struct err *err)
{
    const struct option_info *info = &option_infos[option];

    if (info->argument == NULL && value != NULL)
        return err_set(err, TP8001,
                       "--%s takes no value, but \"%.60s\" follows", info->name,
                       value);
    if (info->argument != NULL && value == NULL) {
        if (args->next == args->end)
            return err_set(err, TP8001, "--%s needs a value: %s", info->name,
                           info->argument);
        value = *args->next++;
    }
    cli->option[option] = value ? value : "";
    return true;
}

static bool
take_long(struct cli *cli, struct args *args, const char *word, struct err *err)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t size = equals ? (size_t)(equals - name) : strlen(name);
    enum option option = option_by_name(name, size);

    if (option == OPTIONS)
        return unknown_option(word, err);
    return set_option(cli, args, option, equals ? equals + 1 : NULL, err);
}

/* "-qv", "-c DIR", "-cDIR" */
static bool
take_short(struct cli *cli, struct args *args, const char *word,
           struct err *err)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        enum option option = option_by_letter(*at);
        if (option == OPTIONS)
            return unknown_option(word, err);
        bool flag = option_infos[option].argument == NULL;
        const char *value = !flag && at[1] != '\0' ? at + 1 : NULL;
        if (!set_option(cli, args, option, value, err))
            return false;
        if (!flag)
            break;
    }
    return true;
}

static bool
split(struct cli *cli, struct args *args, struct err *err)
{
    bool only_words = false, good = true;

    while (args->next < args->end && good) {
        const char *word = *args->next++;
        if (!only_words && text_equal(word, "--"))
            only_words = true;
        else if (only_words || word[0] != '-' || word[1] == '\0')
            args->words[args->count++] = word;
        else if (word[1] == '-')
            good = take_long(cli, args, word, err);
        else
            good = take_short(cli, args, word, err);
    }
    return good;
}

/* Do the first words spell the command? The number of words it takes, or 0. */
static size_t
spells(const struct command *command, const struct args *args)
{
    const char *at = command->words;

    for (size_t i = 0; i < args->count; i++) {
        size_t size = strcspn(at, " ");
        if (strlen(args->words[i]) != size ||
            memcmp(args->words[i], at, size) != 0)
            return 0;
        if (at[size] == '\0')
            return i + 1;
        at += size + 1;
    }
    return 0;
}

/* "doc" or "queue dead" alone, or before an option, means the first command of
 * the noun. */
static const struct command *
noun(const struct args *args)
{
    char said[64] = "";

    if (args->count < 1 || args->count > 2)
        return NULL;
    text_format(said, sizeof said, "%s%s%s", args->words[0],
                args->count > 1 ? " " : "",
                args->count > 1 ? args->words[1] : "");
    for (const struct command *c = commands; c->words; c++)
        if (text_starts(c->words, said) && c->words[strlen(said)] == ' ')
            return c;
    return NULL;
}

static bool
unknown_command(const struct args *args, struct err *err)
{
    const char *names[128];
    char said[128];
    size_t count = 0;

    for (; commands[count].words != NULL; count++)
        names[count] = commands[count].words;
    text_format(said, sizeof said, "%s%s%s", args->words[0],
                args->count > 1 ? " " : "",
                args->count > 1 ? args->words[1] : "");
    const char *near = text_nearest(said, names, count);
    if (near == NULL)
        near = text_nearest(args->words[0], names, count);
    if (near == NULL)
        return err_set(err, TP8001,
                       "found no command \"%s\"; `tradepost help` lists them",
                       said);
    return err_set(err, TP8001, "found no command \"%s\"; did you mean \"%s\"?",
                   said, near);
}

static bool
find_command(struct cli *cli, struct args *args, struct err *err)
{
    size_t used = 0;

    if (args->count == 0)
        return true;
    for (const struct command *c = commands; c->words != NULL; c++)
        if ((used = spells(c, args)) > 0) {
            cli->command = c;
            break;
        }
    if (cli->command == NULL) {
        used = args->count;
        cli->command = noun(args);
    }
    if (cli->command == NULL)
        return unknown_command(args, err);
    cli->words = args->words + used;
    cli->count = args->count - used;
    return true;
}

/* "ID", "[TEXT]", "FILE..." against the number of words. */
static bool
check_words(const struct cli *cli, struct err *err)
{
    const char *spec = cli->command->arguments;
    size_t least = 0, most = 0;

    for (const char *at = spec; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        least += *at != '[';
        most += memchr(at, '.', size) != NULL ? 1000 : 1;
        at += size;
    }
    if (cli->count < least)
        return err_set(err, TP8001, "`tradepost %s` needs %s",
                       cli->command->words, spec);
    if (cli->count > most)
        return err_set(
            err, TP8001, "`tradepost %s` takes %s, but found \"%.60s\"",
            cli->command->words, most ? spec : "no argument", cli->words[most]);
    return true;
}

static bool
check_options(const struct cli *cli, struct err *err)
{
    for (enum option o = 0; o < OPTIONS; o++)
        if (cli->option[o] != NULL && !command_takes(cli->command, o))
            return err_set(err, TP8001, "`tradepost %s` takes no option --%s",
                           cli->command->words, option_infos[o].name);
    return true;
}

static bool
set_format(struct cli *cli, struct err *err)
{
    static const char *const names[] = {
        [FORMAT_TEXT] = "text",   [FORMAT_JSON] = "json",
        [FORMAT_JSONL] = "jsonl", [FORMAT_CSV] = "csv",
        [FORMAT_TSV] = "tsv",
    };
    const char *wanted = cli->option[OPTION_OUTPUT];

    if (cli->option[OPTION_JSON] != NULL)
        cli->format = FORMAT_JSONL;
    if (wanted == NULL)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_equal(wanted, names[i])) {
            cli->format = (enum format)i;
            return true;
        }
    return err_set(err, TP8002,
                   "--output: found \"%.40s\", expected text, json, jsonl, csv "
                   "or tsv",
                   wanted);
}

bool
cli_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct args args = { .next = argv + (argc > 0), .end = argv + argc };

    args.words = arena_alloc(cli->arena, ((size_t)argc + 1) * sizeof(char *));
    return split(cli, &args, err) && set_format(cli, err) &&
           find_command(cli, &args, err) &&
           (cli->command == NULL || cli->option[OPTION_HELP] != NULL ||
            (check_words(cli, err) && check_options(cli, err)));
}
