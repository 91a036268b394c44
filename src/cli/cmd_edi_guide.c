/* SPDX-License-Identifier: Apache-2.0 */
/* What guides say, and samples made from them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "conf/partner.h"
#include "x12/describe.h"
#include "x12/guide.h"
#include "x12/sample.h"
#include "x12/view.h"
#include "x12/write.h"

static const char *
version_of(const struct cli *cli)
{
    const char *version = cli->option[OPTION_RELEASE];

    return version ? version : "004010";
}

/* A version of the shipped guides that has the set; NULL = none has. */
static const char *
release_with(struct cli *cli, struct guides *guides, const char *set)
{
    const char **versions;
    size_t count = conf_list(cli->conf, cli->arena, "x12", "", &versions);

    for (size_t i = 0; i < count; i++)
        if (isdigit((unsigned char)versions[i][0]) &&
            guides_get(guides, versions[i], set) != NULL)
            return versions[i];
    return NULL;
}

/* NULL: cli->err says why. */
static const struct x12_guide *
find_guide(struct cli *cli, struct guides *guides, const char *set)
{
    const char *version = version_of(cli), *other;
    const struct x12_guide *guide = guides_get(guides, version, set);

    if (guide != NULL)
        return guide;
    other = release_with(cli, guides, set);
    if (other != NULL)
        err_set(&cli->err, TP8003,
                "found no guide for set %.20s version %.20s; --release %.20s "
                "has one",
                set, version, other);
    else
        err_set(&cli->err, TP8003,
                "found no guide for set %.20s version %.20s; `tradepost edi "
                "guide list` lists them",
                set, version);
    return NULL;
}

/* A guide that is wrong is told by its mistakes. */
static enum exit_code
no_guide(struct cli *cli, const struct guides *guides)
{
    if (guides != NULL && edi_problems(guides) > 0)
        return EXIT_INVALID;
    return cli_fail(cli);
}

static bool
is_set(const char *text, size_t size)
{
    return size == 3 && isdigit((unsigned char)text[0]) &&
           isdigit((unsigned char)text[1]) && isdigit((unsigned char)text[2]);
}

enum exit_code
cmd_edi_dict(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    CLEANUP(buf_free) struct buf out = { 0 };
    const char *path = cli->words[0], *rest = path, *set = "850";
    size_t size = strcspn(path, ":");

    if (guides == NULL)
        return cli_fail(cli);
    if (is_set(path, size)) {
        set = arena_strndup(cli->arena, path, size);
        rest = path + size + (path[size] == ':');
    }
    const struct x12_guide *guide = find_guide(cli, guides, set);
    if (guide == NULL)
        return no_guide(cli, guides);
    if (!x12_describe(guide, rest, &out))
        return cli_missing(cli, "found no %.80s in version %s", path,
                           version_of(cli));
    fputs(buf_text(&out), stdout);
    edi_problems(guides);
    return EXIT_OK;
}

static const struct column line_columns[] = { { "set", "SET", COLUMN_TEXT },
                                              { "depth", "DEPTH",
                                                COLUMN_COUNT },
                                              { "text", "TEXT", COLUMN_TEXT },
                                              { 0 } };

/* The guide's lines for programs: how deep each stands, and what it says. */
static bool
list_lines(struct cli *cli, const char *set, char *rest)
{
    struct out out;
    const char *line;

    if (!out_begin(&out, cli, "edi-guide-line", line_columns, &cli->err))
        return false;
    while ((line = text_word(&rest, "\n")) != NULL) {
        size_t blanks = strspn(line, " ");
        out_cell(&out, set);
        out_cell(&out, arena_printf(cli->arena, "%zu", blanks / 2));
        out_cell(&out, line + blanks);
    }
    out_end(&out);
    return true;
}

enum exit_code
cmd_edi_guide_show(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = NULL;
    CLEANUP(buf_free) struct buf out = { 0 };
    const char *set = cli->words[cli->count - 1];

    if (cli->count > 1)
        cli->option[OPTION_PARTNER] = cli->words[0];
    guides = guides_open(cli);
    const struct x12_guide *guide =
        guides ? find_guide(cli, guides, set) : NULL;
    if (guide == NULL)
        return no_guide(cli, guides);
    x12_guide_print(guide, &out);
    if (cli->format == FORMAT_TEXT)
        fputs(buf_text(&out), stdout);
    else if (!list_lines(cli, set, out.text))
        return cli_fail(cli);
    return edi_problems(guides) > 0 ? EXIT_INVALID : EXIT_OK;
}

static const struct column columns[] = { { "set", "SET", COLUMN_TEXT },
                                         { "version", "VERSION", COLUMN_TEXT },
                                         { "group", "GROUP", COLUMN_TEXT },
                                         { "title", "TITLE", COLUMN_TEXT },
                                         { 0 } };

static void
list_version(struct cli *cli, struct guides *guides, const char *version,
             struct out *out)
{
    const char **names;
    size_t count = conf_list(cli->conf, cli->arena,
                             arena_printf(cli->arena, "x12/%s", version),
                             ".guide", &names);

    for (size_t i = 0; i < count; i++) {
        const char *set = arena_strndup(cli->arena, names[i],
                                        strlen(names[i]) - strlen(".guide"));
        const struct x12_guide *guide = guides_get(guides, version, set);
        out_cell(out, set);
        out_cell(out, version);
        out_cell(out, guide ? x12_guide_group(guide) : NULL);
        out_cell(out, guide ? x12_guide_title(guide) : "cannot be read");
    }
}

enum exit_code
cmd_edi_guide_list(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    const char **versions;
    struct out out;

    if (guides == NULL ||
        !out_begin(&out, cli, "edi-guide", columns, &cli->err))
        return cli_fail(cli);
    size_t count = conf_list(cli->conf, cli->arena, "x12", "", &versions);
    for (size_t i = 0; i < count; i++)
        if (isdigit((unsigned char)versions[i][0]))
            list_version(cli, guides, versions[i], &out);
    out_end(&out);
    edi_problems(guides);
    return EXIT_OK;
}

static bool
write_sample(struct cli *cli, const struct x12_guide *guide,
             struct x12_set *set, struct buf *out)
{
    const struct x12_set *sets[] = { set };
    const char *version = x12_guide_version(guide);
    char date[16], time[8];

    when_format(when_now(), NULL, "%Y%m%d", date, sizeof date);
    when_format(when_now(), NULL, "%H%M", time, sizeof time);
    set->control = "0001";
    const struct x12_out_group group = { .functional_id =
                                             x12_guide_group(guide),
                                         .version = version,
                                         .control = 1,
                                         .sets = sets,
                                         .count = 1 };
    const struct x12_envelope envelope = { .sender_qualifier = "ZZ",
                                           .sender = "SENDER",
                                           .receiver_qualifier = "ZZ",
                                           .receiver = "RECEIVER",
                                           .date = date,
                                           .time = time,
                                           .control = 1,
                                           .usage = 'T',
                                           .newline = "\n",
                                           .groups = &group,
                                           .group_count = 1 };
    return x12_write(&envelope, out, &cli->err);
}

/* What our own reader refuses is not given away as a sample. */
static bool
is_clean(struct cli *cli, struct guides *guides, const struct buf *sample)
{
    CLEANUP(buf_free) struct buf found = { 0 };
    struct x12_options options;

    guides_options(guides, buf_text(sample), sample->size, &options);
    const struct x12_file *file =
        x12_read(cli->arena, buf_text(sample), sample->size, &options);
    if (x12_view_findings(file, &found) == 0)
        return true;
    fprintf(stderr, "%s", buf_text(&found));
    return err_set(&cli->err, TP2101,
                   "the sample does not pass its own guide; another --seed "
                   "may");
}

enum exit_code
cmd_edi_gen(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    CLEANUP(buf_free) struct buf sample = { 0 };
    struct x12_sample_wish wish = { .percent =
                                        cli_has(cli, OPTION_ALL) ? 100 : 12 };
    const char *seed = cli->option[OPTION_SEED];
    long number = 1;

    if (seed != NULL && !text_number(seed, 1000000000, &number)) {
        err_set(&cli->err, TP8002, "--seed: found \"%.40s\", expected a number",
                seed);
        return cli_fail(cli);
    }
    wish.seed = (uint64_t)number;
    const struct x12_guide *guide =
        guides ? find_guide(cli, guides, cli->words[0]) : NULL;
    if (guide == NULL)
        return no_guide(cli, guides);
    if (!write_sample(cli, guide, x12_sample(guide, cli->arena, &wish),
                      &sample) ||
        !is_clean(cli, guides, &sample))
        return cli_fail(cli);
    edi_print(NULL, &sample);
    edi_problems(guides);
    return EXIT_OK;
}
