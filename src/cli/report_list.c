/* SPDX-License-Identifier: Apache-2.0 */
/* The reports there are: the site's first, then those shipped. */
#include <dirent.h>
#include <string.h>

#include "base/durable.h"
#include "cli/commands.h"
#include "cli/report.h"

static const struct column columns[] = { { "name", "NAME", COLUMN_TEXT },
                                         { "title", "TITLE", COLUMN_TEXT },
                                         { "file", "FILE", COLUMN_EXTRA },
                                         { 0 } };

static int
is_report(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends(entry->d_name, ".report");
}

static bool
is_listed(const struct out *out, const char *name)
{
    for (size_t row = 0; row < out_rows(out); row++)
        if (text_equal(out->cells[row * out->column_count], name))
            return true;
    return false;
}

static void
add(struct out *out, struct cli *cli, const char *path, const char *name)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    struct report report;
    struct err err = { 0 };

    if (is_listed(out, name))
        return;
    bool good = file_read(path, (size_t)256 * 1024, &text, &err) &&
                report_parse(&report, cli->arena, path,
                             arena_strdup(cli->arena, buf_text(&text)), &err);
    out_cell(out, name);
    out_cell(out, good ? report.title
                       : arena_printf(cli->arena, "unusable: %s", err.text));
    out_cell(out, path);
}

static void
add_directory(struct out *out, struct cli *cli, const char *dir)
{
    struct dirent **files = NULL;
    int count = scandir(dir, &files, is_report, alphasort);

    for (int i = 0; i < count; i++) {
        const char *file = files[i]->d_name;
        add(out, cli, arena_printf(cli->arena, "%s/%s", dir, file),
            arena_strndup(cli->arena, file, strlen(file) - strlen(".report")));
        release(&files[i]);
    }
    release(&files);
}

enum exit_code
report_list(struct cli *cli)
{
    const char *data = conf_data_dir(cli->conf);
    struct out out;

    if (!out_begin(&out, cli, "report", columns, &cli->err))
        return cli_fail(cli);
    add_directory(&out, cli,
                  arena_printf(cli->arena, "%s/reports", conf_dir(cli->conf)));
    add_directory(&out, cli, arena_printf(cli->arena, "%s/reports", data));
    add_directory(&out, cli, arena_printf(cli->arena, "%s/etc/reports", data));
    out_end(&out);
    cli_next(cli, "report NAME --since 2026-11-01 --until 2026-11-30");
    return EXIT_OK;
}
