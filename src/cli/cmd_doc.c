/* SPDX-License-Identifier: Apache-2.0 */
/* One document and its story. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/harden.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/doc.h"
#include "cli/guides.h"
#include "cli/lanes.h"
#include "conf/partner.h"
#include "record/record.h"
#include "store/journal.h"
#include "store/vault.h"
#include "x12/view.h"

static const struct column columns[] = { { "id", "", COLUMN_COUNT },
                                         { "created", "", COLUMN_TIME },
                                         { "updated", "", COLUMN_TIME },
                                         { "direction", "", COLUMN_TEXT },
                                         { "type", "", COLUMN_TEXT },
                                         { "kind", "", COLUMN_TEXT },
                                         { "partner", "", COLUMN_TEXT },
                                         { "number", "", COLUMN_TEXT },
                                         { "related", "", COLUMN_TEXT },
                                         { "date", "", COLUMN_TEXT },
                                         { "lines", "", COLUMN_COUNT },
                                         { "amount", "", COLUMN_AMOUNT },
                                         { "currency", "", COLUMN_TEXT },
                                         { "valid", "", COLUMN_TEXT },
                                         { "delivered", "", COLUMN_TEXT },
                                         { "acknowledged", "", COLUMN_TEXT },
                                         { "posted", "", COLUMN_TEXT },
                                         { "state", "", COLUMN_TEXT },
                                         { "court", "", COLUMN_TEXT },
                                         { "code", "", COLUMN_TEXT },
                                         { "reason", "", COLUMN_TEXT },
                                         { "waits_for", "", COLUMN_TEXT },
                                         { "behind", "", COLUMN_COUNT },
                                         { "erp_number", "", COLUMN_TEXT },
                                         { "evidence", "", COLUMN_TEXT },
                                         { "isa", "", COLUMN_TEXT },
                                         { "gs", "", COLUMN_TEXT },
                                         { "st", "", COLUMN_TEXT },
                                         { "version", "", COLUMN_TEXT },
                                         { "texts", "", COLUMN_TEXT },
                                         { 0 } };

static bool
select_one(struct cli *cli, int64_t id, struct out *out, struct err *err)
{
    CLEANUP(buf_free) struct buf sql = { 0 };
    struct ask ask;

    if (!out_begin(out, cli, "doc", columns, err))
        return false;
    buf_adds(&sql,
             "SELECT doc, created_ms, updated_ms, direction, type, kind,"
             " partner, number, related, date, lines, amount, currency, valid,"
             " delivered, acknowledged, posted, state, court, code, reason,"
             " waits_for, ");
    if (!lanes_term(cli, &sql, err))
        return false;
    buf_adds(&sql, ", erp_number, evidence, isa, gs, st, version, texts"
                   " FROM documents");
    ask_begin(&ask, cli, buf_text(&sql));
    ask_where(&ask, "doc = CAST(? AS INTEGER)",
              arena_printf(cli->arena, "%lld", (long long)id));
    return ask_rows(&ask, out, err);
}

static const char *
cell(const struct out *out, const char *name)
{
    for (size_t i = 0; i < out->column_count; i++)
        if (text_equal(out->columns[i].name, name))
            return out->cells[i];
    return "";
}

/* A label and its text, when there is one. */
static void
field(const char *label, const char *text)
{
    struct buf clean = { 0 };

    if (text_empty(text))
        return;
    out_clean(&clean, text);
    printf("%-9s %s\n", label, buf_text(&clean));
    buf_free(&clean);
}

static void
print_head(struct cli *cli, const struct out *out)
{
    const struct partner *partner =
        partner_by_code(cli->conf, cell(out, "partner"));
    struct buf line = { 0 };
    size_t from;

    out_clean(&line, cell(out, "kind"));
    for (from = 0; from < line.size; from++)
        line.text[from] = (char)toupper((unsigned char)line.text[from]);
    buf_addf(&line, " %s  ", cell(out, "type"));
    out_clean(&line, cell(out, "number"));
    buf_addf(&line, "   %s ",
             text_equal(cell(out, "direction"), "in") ? "from" : "to");
    out_clean(&line, partner ? partner->name : cell(out, "partner"));
    if (partner != NULL)
        buf_addf(&line, " (%s:%s)", partner->isa_qualifier, partner->isa_id);
    buf_addf(&line, "   %s   ", cell(out, "date"));
    from = line.size;
    buf_adds(&line, cell(out, "state"));
    for (; from < line.size; from++)
        line.text[from] = (char)toupper((unsigned char)line.text[from]);
    buf_addf(&line, "   court: %s", cell(out, "court"));
    puts(buf_text(&line));
    buf_free(&line);
}

static void
print_fields(const struct out *out)
{
    const char *code = cell(out, "code");

    if (cell(out, "reason")[0] != '\0')
        field("Reason",
              arena_printf(out->cli->arena, "%s%s%s%s", cell(out, "reason"),
                           code[0] ? " [" : "", code, code[0] ? "]" : ""));
    field("Released",
          cell(out, "waits_for")[0]
              ? arena_printf(out->cli->arena, "by itself when %s is known",
                             cell(out, "waits_for"))
              : NULL);
    field("Waits", cell(out, "behind")[0]
                       ? arena_printf(out->cli->arena,
                                      "behind document %s: this lane is strict",
                                      cell(out, "behind"))
                       : NULL);
    field(text_equal(cell(out, "kind"), "ack") ? "About" : "Order",
          cell(out, "related"));
    field("ERP", cell(out, "erp_number"));
    printf("%-9s valid %s, delivered %s, acknowledged %s, posted %s\n",
           "Status", cell(out, "valid"), cell(out, "delivered"),
           cell(out, "acknowledged"), cell(out, "posted"));
}

static void
print_total(const struct out *out)
{
    struct buf total = { 0 };

    out_totals(out, "amount", "currency", &total);
    if (total.size > 0)
        printf("%-9s %s\n", "Total", buf_text(&total));
    buf_free(&total);
}

static bool
print_record(struct cli *cli, const struct document *document, struct err *err)
{
    CLEANUP(record_free) struct record *record = NULL;

    if (!doc_record(cli, document, &record, err))
        return false;
    if (record == NULL)
        return true;
    doc_print_parties(record);
    doc_print_lines(cli, record);
    return true;
}

static const struct column story_columns[] = { { "at", "Story", COLUMN_SECOND },
                                               { "what", "", COLUMN_TEXT },
                                               { "detail", "", COLUMN_TEXT },
                                               { "actor", "", COLUMN_TEXT },
                                               { 0 } };

static const struct column effect_columns[] = {
    { "kind", "Effect", COLUMN_TEXT },
    { "target", "at", COLUMN_TEXT },
    { "state", "", COLUMN_TEXT },
    { "number", "number", COLUMN_TEXT },
    { "evidence", "evidence", COLUMN_TEXT },
    { "attempts", "tries", COLUMN_COUNT },
    { "key", "KEY", COLUMN_EXTRA },
    { 0 }
};

static bool
rows_of(struct cli *cli, int64_t id, const char *select, const char *order,
        const struct column *list, struct out *out)
{
    struct ask ask;

    if (!out_begin(out, cli, "", list, &cli->err))
        return false;
    ask_begin(&ask, cli, select);
    ask_where(&ask, "doc = CAST(? AS INTEGER)",
              arena_printf(cli->arena, "%lld", (long long)id));
    ask_end(&ask, order);
    return ask_rows(&ask, out, &cli->err);
}

/* What the table of effects says is left out for people, unless -v. */
static bool
story(struct cli *cli, int64_t id, struct out *out)
{
    bool brief = cli->format == FORMAT_TEXT && !cli_has(cli, OPTION_VERBOSE);

    return rows_of(cli, id, "SELECT at_ms, what, detail, actor FROM events",
                   brief ? "AND what NOT IN ('intended', 'attempted', 'done')"
                           " ORDER BY event"
                         : "ORDER BY event",
                   story_columns, out);
}

static bool
effects(struct cli *cli, int64_t id, struct out *out)
{
    return rows_of(cli, id,
                   "SELECT kind, target, state, number, evidence, attempts, key"
                   " FROM effects",
                   "ORDER BY effect", effect_columns, out);
}

static void
print_rows(const struct out *out)
{
    struct buf table = { 0 };

    out_table(out, &table);
    if (table.size > 0)
        printf("\n%s", buf_text(&table));
    buf_free(&table);
}

/* A line is a finding of X12, or a problem of mapping; either has a sentence.
 * What follows from an earlier finding is left out. */
static void
print_finding(struct cli *cli, const char *line)
{
    json_auto_t *finding = json_loads(line, 0, NULL);
    const char *sentence = node_text(finding, "sentence");
    const char *at = node_text(finding, "at"), *code;

    if (json_is_true(json_object_get(finding, "consequence")))
        return;
    if (sentence == NULL)
        sentence = node_text(finding, "text");
    code = node_text(finding, "code");
    field("Finding",
          sentence == NULL
              ? line
              : arena_printf(cli->arena, "%s%s%s%s%s%s", at ? at : "",
                             at ? ": " : "", sentence, code ? " [" : "",
                             code ? code : "", code ? "]" : ""));
}

static bool
print_findings(struct cli *cli, int64_t id)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    bool found;

    if (!journal_get(cli->journal, id, "findings", &text, &found, &cli->err))
        return false;
    char *rest = arena_strdup(cli->arena, buf_text(&text));
    for (char *line; (line = text_word(&rest, "\n")) != NULL;)
        print_finding(cli, line);
    return true;
}

static bool
show(struct cli *cli, const struct document *document, const struct out *out)
{
    struct out list;

    print_head(cli, out);
    print_fields(out);
    if (!print_record(cli, document, &cli->err))
        return false;
    print_total(out);
    if (!print_findings(cli, document->id) ||
        !effects(cli, document->id, &list))
        return false;
    print_rows(&list);
    if (!story(cli, document->id, &list))
        return false;
    print_rows(&list);
    if (document->isa[0] != '\0')
        printf("\nEnvelope  ISA %s  GS %s  ST %s%s%s\n", document->isa,
               document->gs, document->st,
               document->version[0] ? "  version " : "", document->version);
    if (document->state != DOC_HELD)
        return true;
    cli_next(cli, "doc release %lld --reason TEXT", (long long)document->id);
    cli_next(cli, "doc ignore %lld --reason TEXT", (long long)document->id);
    return true;
}

static void
add_list(const struct out *list, const char *name, struct buf *json)
{
    buf_addf(json, ",\"%s\":[", name);
    for (size_t row = 0; row < out_rows(list); row++) {
        buf_adds(json, row ? "," : "");
        out_members(list, row, false, json);
        buf_addc(json, '}');
    }
    buf_addc(json, ']');
}

/* One object: the row, its record, effects and events. */
static bool
show_json(struct cli *cli, const struct document *document,
          const struct out *out)
{
    CLEANUP(buf_free) struct buf json = { 0 }, record = { 0 };
    struct out list;
    bool found;

    if (!journal_get(cli->journal, document->id, "record", &record, &found,
                     &cli->err))
        return false;
    out_members(out, 0, true, &json);
    buf_addf(&json, ",\"record\":%s", found ? buf_text(&record) : "null");
    if (!effects(cli, document->id, &list))
        return false;
    add_list(&list, "effects", &json);
    if (!story(cli, document->id, &list))
        return false;
    add_list(&list, "events", &json);
    printf("%s}\n", buf_text(&json));
    return true;
}

/* Bytes as they are; at a terminal without what could command it. */
static void
print_bytes(const struct buf *bytes)
{
    struct buf clean = { 0 };

    if (!isatty(STDOUT_FILENO)) {
        fwrite(buf_text(bytes), 1, bytes->size, stdout);
        return;
    }
    for (size_t at = 0; at < bytes->size; at++) {
        const char *line = bytes->text + at;
        out_clean(&clean, line);
        at += strlen(line);
        buf_addc(&clean, at < bytes->size ? '.' : '\n');
    }
    fputs(buf_text(&clean), stdout);
    buf_free(&clean);
}

static enum exit_code
part(struct cli *cli, const struct document *document, const char *role)
{
    CLEANUP(buf_free) struct buf bytes = { 0 };
    bool found;

    if (!journal_get(cli->journal, document->id, role, &bytes, &found,
                     &cli->err))
        return cli_fail(cli);
    if (!found && text_equal(role, "x12") && document->interchange > 0) {
        if (!journal_bytes(cli->journal, document->interchange, &bytes,
                           &cli->err))
            return cli_fail(cli);
        found = true;
    }
    if (!found)
        return cli_missing(cli, "document %lld has no %s yet",
                           (long long)document->id, role);
    print_bytes(&bytes);
    return EXIT_OK;
}

/* Before a partner's bytes are read here: the guide is in memory, and no
 * journal, secret or file is within reach any more. */
static void
isolate(struct cli *cli, struct guides *guides, const struct document *document)
{
    guides_get(guides, document->version, document->set);
    vault_close(&cli->vault);
    journal_close(&cli->journal);
    if (!SANITIZED) /* which look at files at the end */
        confine_files();
}

/* The set among its neighbours in the interchange, each with its findings. */
static bool
segments(struct cli *cli, const struct document *document)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    CLEANUP(buf_free) struct buf bytes = { 0 }, text = { 0 };
    struct x12_options options;

    if (guides == NULL || document->interchange == 0)
        return err_set(&cli->err, TP8003,
                       "document %lld has no interchange yet",
                       (long long)document->id);
    if (!journal_bytes(cli->journal, document->interchange, &bytes, &cli->err))
        return false;
    guides_options(guides, buf_text(&bytes), bytes.size, &options);
    isolate(cli, guides, document);
    const struct x12_file *file =
        x12_read(cli->arena, buf_text(&bytes), bytes.size, &options);
    const struct x12_result *result =
        guides_set(file, document->gs, document->st, document->ordinal);
    if (result == NULL)
        return err_set(&cli->err, TP8003,
                       "found no set %s in the interchange of document %lld",
                       document->st, (long long)document->id);
    x12_view_set(result, &text);
    fputs(buf_text(&text), stdout);
    return true;
}

enum exit_code
cmd_doc_show(struct cli *cli)
{
    struct document document;
    struct out out;

    if (!cli_open(cli) || !doc_find(cli, cli->words[0], &document))
        return cli_fail(cli);
    if (cli_has(cli, OPTION_RAW))
        return part(cli, &document, "x12");
    if (cli_has(cli, OPTION_SEGMENTS))
        return segments(cli, &document) ? EXIT_OK : cli_fail(cli);
    if (cli_has(cli, OPTION_RECORD))
        return part(cli, &document, "record");
    if (!select_one(cli, document.id, &out, &cli->err))
        return cli_fail(cli);
    if (cli->format == FORMAT_CSV || cli->format == FORMAT_TSV) {
        out_end(&out);
        return EXIT_OK;
    }
    bool good = cli->format == FORMAT_TEXT ? show(cli, &document, &out)
                                           : show_json(cli, &document, &out);
    return good ? EXIT_OK : cli_fail(cli);
}
