/* SPDX-License-Identifier: Apache-2.0 */
/* X12 files as JSON and back, and single values of them. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "x12/json.h"
#include "x12/path.h"

static enum exit_code
write_back(struct cli *cli)
{
    CLEANUP(buf_free) struct buf json = { 0 };
    CLEANUP(buf_free) struct buf edi = { 0 };
    const char *name = cli->words[0];

    if (!edi_bytes(cli, name, &json))
        return cli_fail(cli);
    if (!x12_from_json(buf_text(&json), json.size, &edi, &cli->err)) {
        err_at(&cli->err, "%.100s", name);
        return cli_fail(cli);
    }
    edi_print(NULL, &edi);
    return EXIT_OK;
}

enum exit_code
cmd_edi_json(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = NULL;
    CLEANUP(buf_free) struct buf bytes = { 0 };
    const struct x12_json_sink sink = { .take = edi_print };
    struct x12_options options;

    if (cli_has(cli, OPTION_WRITE))
        return write_back(cli);
    guides = guides_open(cli);
    if (guides == NULL || !edi_bytes(cli, cli->words[0], &bytes))
        return cli_fail(cli);
    guides_options(guides, buf_text(&bytes), bytes.size, &options);
    const struct x12_json_source source = { buf_text(&bytes), bytes.size,
                                            &options };
    size_t lost = x12_to_json(&source, &sink);
    edi_problems(guides);
    if (lost == 0)
        return EXIT_OK;
    fprintf(stderr,
            "tradepost: %zu bytes belong to no interchange and are left out\n",
            lost);
    return EXIT_FINDINGS;
}

static const struct column columns[] = { { "set", "SET", COLUMN_TEXT },
                                         { "number", "NUMBER", COLUMN_TEXT },
                                         { "position", "POSITION",
                                           COLUMN_COUNT },
                                         { "segment", "SEGMENT", COLUMN_TEXT },
                                         { "value", "VALUE", COLUMN_TEXT },
                                         { 0 } };

struct getting {
    struct cli *cli;
    struct out out;
    const struct x12_path *path;
    const struct x12_result *result; /* NULL: outside a set */
    char separator;
    size_t count;
};

static void
value_text(const struct getting *getting, const struct x12_match *match,
           struct buf *text)
{
    const struct x12_segment *segment = match->segment;

    if (getting->path->element > 0) {
        buf_add(text, match->value.text, match->value.size);
        return;
    }
    buf_adds(text, segment->id);
    for (uint32_t i = 1; i <= segment->count; i++) {
        struct x12_element value = x12_get(segment, i);
        buf_addc(text, getting->separator);
        buf_add(text, value.text, value.size);
    }
}

static void
take_match(void *user, const struct x12_match *match)
{
    struct getting *getting = user;
    const struct x12_result *result = getting->result;
    CLEANUP(buf_free) struct buf text = { 0 };
    CLEANUP(buf_free) struct buf clean = { 0 };

    getting->count++;
    value_text(getting, match, &text);
    if (getting->cli->format == FORMAT_TEXT) {
        out_clean(&clean, buf_text(&text));
        puts(buf_text(&clean));
        return;
    }
    out_cell(&getting->out, result ? result->id : NULL);
    out_cell(&getting->out, result ? result->control : NULL);
    if (result != NULL)
        out_cellf(&getting->out, "%u", match->segment->position);
    else
        out_cell(&getting->out, NULL);
    out_cell(&getting->out, match->segment->id);
    out_cell(&getting->out, buf_text(&text));
}

static void
take_set(void *user, const struct x12_result *result)
{
    struct getting *getting = user;

    if (result->set == NULL)
        return;
    getting->result = result;
    getting->separator = result->set->delimiters.element;
    x12_path_find(getting->path, result, take_match, getting);
}

static void
get_envelope(struct getting *getting, const struct buf *bytes)
{
    struct x12_match match;
    struct x12_raw raw;
    uint32_t seen = 0;

    x12_raw_begin(&raw, getting->cli->arena, buf_text(bytes), bytes->size);
    while (x12_raw_next(&raw)) {
        getting->separator = raw.delimiters.element;
        if (x12_path_raw(getting->path, &raw, &seen, &match))
            take_match(getting, &match);
    }
}

static void
get_in_sets(struct getting *getting, struct guides *guides,
            const struct buf *bytes)
{
    const struct x12_handler handler = { .user = getting, .set = take_set };
    struct x12_options options;

    guides_options(guides, buf_text(bytes), bytes->size, &options);
    CLEANUP(x12_reader_free)
    struct x12_reader *reader = x12_reader_new(&options, &handler);
    x12_feed(reader, buf_text(bytes), bytes->size);
    x12_end(reader, NULL);
}

enum exit_code
cmd_edi_get(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    CLEANUP(buf_free) struct buf bytes = { 0 };
    struct x12_path path;
    struct getting getting = { .cli = cli, .path = &path };

    if (guides == NULL || !x12_path_parse(&path, cli->words[0], &cli->err) ||
        !edi_bytes(cli, cli->words[1], &bytes) ||
        !out_begin(&getting.out, cli, "edi-value", columns, &cli->err))
        return cli_fail(cli);
    if (x12_path_is_envelope(&path))
        get_envelope(&getting, &bytes);
    else
        get_in_sets(&getting, guides, &bytes);
    if (cli->format != FORMAT_TEXT)
        out_end(&getting.out);
    edi_problems(guides);
    if (getting.count > 0)
        return EXIT_OK;
    return cli_missing(cli, "found no %.100s in %.200s", cli->words[0],
                       cli->words[1]);
}
