/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/manual.h"
#include "cli/out.h"
#include "x12/ack.h"

/* What Tradepost does by itself about a failure of this kind. */
static const char *const kind_acts[] = {
    [ERR_NONE] = "nothing",
    [ERR_RETRY] = "tried again by itself, with growing pauses",
    [ERR_THROTTLED] = "waits as long as the other side asks, then goes on",
    [ERR_AUTH] = "signs in once more, then stops and people are told",
    [ERR_DATA] = "the document is held until somebody decides",
    [ERR_CONFIG] = "the route stops and people are told",
    [ERR_CONFLICT] = "read again and compared",
    [ERR_UNSURE] = "the other side is asked before anything is tried again",
    [ERR_BUG] = "the process ends and starts again where it was",
};

static const struct column columns[] = {
    { "code", "CODE", COLUMN_TEXT },   { "kind", "KIND", COLUMN_TEXT },
    { "title", "TITLE", COLUMN_TEXT }, { "cause", "CAUSE", COLUMN_EXTRA },
    { "fix", "FIX", COLUMN_EXTRA },    { 0 }
};

static void
add(struct out *out, const struct err_info *info)
{
    out_cell(out, info->name);
    out_cell(out, err_kind_name(info->kind));
    out_cell(out, info->title);
    out_cell(out, info->cause);
    out_cell(out, info->fix);
}

static enum exit_code
list(struct cli *cli)
{
    struct out out;

    if (!out_begin(&out, cli, "error", columns, &cli->err))
        return cli_fail(cli);
    for (int code = TP_NONE + 1; code < TP_COUNT; code++)
        add(&out, err_info((enum err_code)code));
    out_end(&out);
    return EXIT_OK;
}

/* Codes by which partners say what is wrong with what they were sent. */
static const struct {
    const char *prefix, *where;
} places[] = {
    { "AK304=", "a segment, in a 997's AK3" },
    { "AK403=", "an element, in a 997's AK4" },
    { "AK502=", "a set, in a 997's AK5" },
    { "AK905=", "a group, in a 997's AK9" },
    { "IK304=", "a segment, in a 999's IK3" },
    { "IK403=", "an element, in a 999's IK4" },
    { "IK502=", "a set, in a 999's IK5" },
    { "TA105=", "a whole interchange, in a TA1" },
};

static void
add_x12(struct out *out, const char *name, const char *meaning)
{
    size_t i = 0;

    while (i + 1 < sizeof places / sizeof places[0] &&
           !text_starts(name, places[i].prefix))
        i++;
    out_cell(out, name);
    out_cell(out, "X12");
    out_cell(out, meaning);
    out_cell(out, "");
    out_cell(out, "");
    if (out->cli->format == FORMAT_TEXT)
        printf("%s  %s\n\nAbout      %s\n", name, meaning, places[i].where);
}

static enum exit_code
explain_x12(struct cli *cli, const char *name, const char *meaning)
{
    struct out out;

    if (!out_begin(&out, cli, "error", columns, &cli->err))
        return cli_fail(cli);
    add_x12(&out, name, meaning);
    if (cli->format != FORMAT_TEXT)
        out_end(&out);
    return EXIT_OK;
}

static enum exit_code
unknown(struct cli *cli, const char *name)
{
    const char *names[TP_COUNT];

    for (int code = TP_NONE; code < TP_COUNT; code++)
        names[code] = err_name((enum err_code)code);
    const char *near = text_nearest(name, names + 1, TP_COUNT - 1);
    if (near != NULL)
        return cli_missing(cli, "found no code \"%.40s\"; did you mean %s?",
                           name, near);
    return cli_missing(cli,
                       "found no code \"%.40s\"; `tradepost explain` lists "
                       "them",
                       name);
}

static void
print(const struct err_info *info)
{
    const char *const parts[][2] = { { "Cause", info->cause },
                                     { "Fix", info->fix },
                                     { "Meanwhile", kind_acts[info->kind] } };
    enum { INDENT = 11 };
    struct buf text = { 0 };

    buf_addf(&text, "%s  %s\n\n", info->name, info->title);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        buf_addf(&text, "%-*s", INDENT, parts[i][0]);
        manual_wrap(&text, INDENT, parts[i][1]);
    }
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

enum exit_code
cmd_explain(struct cli *cli)
{
    const char *name = cli->count > 0 ? cli->words[0] : NULL;
    const struct err_info *info = name ? err_lookup(name) : NULL;
    struct out out;

    if (name == NULL)
        return list(cli);
    const char *meaning = x12_code_meaning(name);
    if (meaning != NULL)
        return explain_x12(cli, name, meaning);
    if (info == NULL)
        return unknown(cli, name);
    if (cli->format != FORMAT_TEXT) {
        if (!out_begin(&out, cli, "error", columns, &cli->err))
            return cli_fail(cli);
        add(&out, info);
        out_end(&out);
        return EXIT_OK;
    }
    print(info);
    return EXIT_OK;
}
