/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does with the vault. A value comes from standard input only,
 * and nothing here ever prints one. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/endpoint.h"
#include "cli/out.h"
#include "store/journal.h"
#include "store/vault.h"

enum { VALUE_MOST = 65536 };

/* ---- the value */

static bool
read_value(bool line, struct buf *out)
{
    char *to = buf_room(out, VALUE_MOST + 2);
    size_t size = 0;
    ssize_t got = 1;

    while (size < VALUE_MOST + 2 && got > 0) {
        got = read(STDIN_FILENO, to + size, VALUE_MOST + 2 - size);
        size += got > 0 ? (size_t)got : 0;
        if (line && size > 0 && to[size - 1] == '\n')
            break;
    }
    buf_took(out, size);
    return got >= 0;
}

/* At a terminal: one line, and nobody sees it. */
static bool
type_value(const char *name, struct buf *out)
{
    struct termios usual, quiet;

    if (tcgetattr(STDIN_FILENO, &usual) != 0)
        return false;
    quiet = usual;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "value of %s (not shown): ", name);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
        return false;
    bool good = read_value(true, out);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    fputc('\n', stderr);
    return good;
}

/* Without the end of its last line, which an editor or echo puts there. */
static void
cut_line_end(struct buf *value)
{
    if (value->size > 0 && value->text[value->size - 1] == '\n')
        value->size--;
    if (value->size > 0 && value->text[value->size - 1] == '\r')
        value->size--;
}

static bool
take_value(struct cli *cli, const char *name, struct buf *out)
{
    bool good =
        isatty(STDIN_FILENO) ? type_value(name, out) : read_value(false, out);

    if (!good)
        return err_set(&cli->err, TP4053,
                       "the value could not be read from standard input");
    cut_line_end(out);
    return true;
}

/* ---- commands */

static enum exit_code
said(const struct cli *cli, const char *name, const char *what)
{
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s %s for %s\n", name, what,
               conf_company(cli->conf)->environment);
    return EXIT_OK;
}

enum exit_code
cmd_secret_set(struct cli *cli)
{
    CLEANUP(buf_wipe) struct buf value = { 0 };
    const char *name = cli->words[0];

    if (!cli_open_writer(cli))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_DRY_RUN))
        return said(cli, name, "would be set");
    if (!take_value(cli, name, &value) ||
        !vault_set(cli->vault, name, value.text, value.size, &cli->err) ||
        !endpoints_follow_secret(cli, name))
        return cli_fail(cli);
    return said(cli, name, "is set");
}

static const struct column columns[] = { { "name", "NAME", COLUMN_TEXT },
                                         { "environment", "ENVIRONMENT",
                                           COLUMN_TEXT },
                                         { "set", "SET", COLUMN_TIME },
                                         { "by", "BY", COLUMN_TEXT },
                                         { "version", "VERSION", COLUMN_COUNT },
                                         { 0 } };

enum exit_code
cmd_secret_list(struct cli *cli)
{
    struct sealed *list;
    struct out out;
    size_t count;

    if (!cli_open(cli) ||
        !journal_secrets(cli->journal, cli->arena, &list, &count, &cli->err) ||
        !out_begin(&out, cli, "secret", columns, &cli->err))
        return cli_fail(cli);
    for (size_t i = 0; i < count; i++) {
        out_cell(&out, list[i].name);
        out_cell(&out, list[i].environment);
        out_cellf(&out, "%lld", (long long)list[i].at);
        out_cell(&out, list[i].actor);
        out_cellf(&out, "%lld", (long long)list[i].version);
    }
    out_end(&out);
    if (cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_NO_HEADER))
        printf("%zu secret%s\n", count, count == 1 ? "" : "s");
    return EXIT_OK;
}

static enum exit_code
rotate_value(struct cli *cli, const char *name)
{
    CLEANUP(buf_wipe) struct buf value = { 0 };

    if (cli_has(cli, OPTION_DRY_RUN))
        return said(cli, name, "would be replaced");
    if (!take_value(cli, name, &value) ||
        !vault_replace(cli->vault, name, value.text, value.size, &cli->err) ||
        !endpoints_follow_secret(cli, name))
        return cli_fail(cli);
    if (!cli_has(cli, OPTION_QUIET))
        printf("%s is replaced for %s; its former value is %s.former\n", name,
               conf_company(cli->conf)->environment, name);
    cli_next(cli, "secret rm %s.former", name);
    return EXIT_OK;
}

enum exit_code
cmd_secret_rotate(struct cli *cli)
{
    bool leftover;
    size_t count;

    if (!cli_open_writer(cli))
        return cli_fail(cli);
    if (cli->count > 0)
        return rotate_value(cli, cli->words[0]);
    if (cli_has(cli, OPTION_DRY_RUN)) {
        puts("all secrets would be sealed with a new key");
        return EXIT_OK;
    }
    if (!vault_rotate(cli->vault, &count, &leftover, &cli->err))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_QUIET))
        return EXIT_OK;
    printf("%zu secret%s sealed with %s\n", count, count == 1 ? "" : "s",
           leftover ? "the first key of the credential"
                    : conf_vault_key(cli->conf));
    puts(leftover ? "the other keys can be taken out of the credential now"
                  : "keep a copy of it apart from the backups; a backup made "
                    "before needs the key of then");
    return EXIT_OK;
}

enum exit_code
cmd_secret_rm(struct cli *cli)
{
    if (!cli_open_writer(cli))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_DRY_RUN))
        return said(cli, cli->words[0], "would be removed");
    if (!vault_remove(cli->vault, cli->words[0], &cli->err))
        return cli_fail(cli);
    return said(cli, cli->words[0], "is removed");
}

/* ---- files into the vault */

static bool
import_one(struct cli *cli, const char *dir, const char *name, bool *changed)
{
    CLEANUP(buf_wipe) struct buf value = { 0 };
    CLEANUP(buf_wipe) struct buf now = { 0 };
    bool found;

    *changed = false;
    if (!conf_private_file(arena_printf(cli->arena, "%s/%s", dir, name), &value,
                           &cli->err) ||
        !vault_get(cli->vault, name, &now, &found, &cli->err))
        return false;
    cut_line_end(&value);
    *changed = !found || now.size != value.size ||
               memcmp(buf_text(&now), buf_text(&value), value.size) != 0;
    return !*changed || cli_has(cli, OPTION_DRY_RUN) ||
           vault_set(cli->vault, name, value.text, value.size, &cli->err);
}

static int
visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

enum exit_code
cmd_secret_import(struct cli *cli)
{
    bool dry = cli_has(cli, OPTION_DRY_RUN), changed;
    const char *dir = cli->words[0];
    struct dirent **entries;
    size_t failed = 0;

    if (!cli_open_writer(cli))
        return cli_fail(cli);
    int count = scandir(dir, &entries, visible, alphasort);
    if (count < 0)
        return cli_missing(cli, "there is no directory %s", dir);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (!import_one(cli, dir, name, &changed)) {
            cli_fail(cli);
            err_clear(&cli->err);
            failed++;
        } else {
            said(cli, name,
                 !changed ? "was there already"
                 : dry    ? "would be set"
                          : "is set");
        }
        release(&entries[i]);
    }
    release(&entries);
    if (!dry && failed == 0 && count > 0)
        cli_next(cli, "check, and remove the files in %s", dir);
    return failed == 0              ? EXIT_OK
           : failed < (size_t)count ? EXIT_PARTIAL
                                    : EXIT_INVALID;
}
