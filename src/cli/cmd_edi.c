/* SPDX-License-Identifier: Apache-2.0 */
/* X12 files by themselves: read, checked, acknowledged. No journal. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/edi.h"
#include "cli/out.h"
#include "conf/partner.h"
#include "x12/ack.h"
#include "x12/html.h"
#include "x12/view.h"
#include "x12/write.h"

enum { CHUNK_BYTES = 65536 };

/* What is being checked, for the callbacks of reading. */
struct checking {
    struct cli *cli;
    const char *file;
    size_t rejects, warnings;
    uint32_t sets, refused; /* of the group, the interchange, the file */
    uint32_t interchange_sets, interchange_refused, file_refused;
};

static void
close_quietly(const int *fd)
{
    if (*fd > STDERR_FILENO)
        close(*fd);
}

static int
open_file(struct cli *cli, const char *name)
{
    int fd =
        text_equal(name, "-") ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        err_set(&cli->err, TP8003, "cannot open %.200s: %s", name,
                strerror(errno));
    return fd;
}

static void
json_text(struct buf *line, const char *name, const char *text)
{
    buf_addf(line, ",\"%s\":", name);
    if (text_empty(text))
        buf_adds(line, "null");
    else
        out_json_text(line, text);
}

/* Counted from 1; 0 stands for none. */
static void
json_place(struct buf *line, const char *name, uint32_t number)
{
    if (number == 0)
        buf_addf(line, ",\"%s\":null", name);
    else
        buf_addf(line, ",\"%s\":%u", name, number);
}

static void
json_number(struct buf *line, const char *name, uint64_t number)
{
    buf_addf(line, ",\"%s\":%llu", name, (unsigned long long)number);
}

/* A sin that X12 has no code for goes by its name. */
static const char *
code_of(const struct x12_finding *finding)
{
    const char *name = x12_tolerance_name(finding->tolerance);

    return text_empty(finding->code) && name != NULL ? name : finding->code;
}

static void
finding_json(const struct checking *checking, const struct x12_finding *finding)
{
    struct buf line = { 0 };

    buf_adds(&line, "{\"schema\":\"tradepost.finding/1\"");
    json_text(&line, "file", checking->file);
    json_text(&line, "interchange", finding->interchange);
    json_text(&line, "group", finding->group);
    json_text(&line, "set", finding->set);
    json_text(&line, "set_id", finding->set_id);
    json_place(&line, "segment", finding->position);
    json_text(&line, "segment_id", finding->segment);
    json_place(&line, "element", finding->element);
    json_place(&line, "component", finding->component);
    json_text(&line, "code", code_of(finding));
    json_text(&line, "severity", x12_severity_name(finding->severity));
    json_text(&line, "text", finding->sentence);
    json_text(&line, "value", finding->value);
    json_number(&line, "offset", finding->offset);
    json_number(&line, "line", finding->line);
    buf_addf(&line, ",\"consequence\":%s}\n",
             finding->consequence ? "true" : "false");
    fputs(buf_text(&line), stdout);
    buf_free(&line);
}

static void
take_finding(void *user, const struct x12_finding *finding)
{
    struct checking *checking = user;
    struct buf text = { 0 }, clean = { 0 };

    checking->rejects += finding->severity == X12_REJECT;
    checking->warnings += finding->severity == X12_WARN;
    if (checking->cli->format != FORMAT_TEXT) {
        finding_json(checking, finding);
        return;
    }
    x12_finding_text(finding, &text);
    out_clean(&clean, buf_text(&text));
    printf("%s: %s\n", checking->file, buf_text(&clean));
    buf_free(&text);
    buf_free(&clean);
}

static void
take_findings(struct checking *checking, const struct x12_finding *finding)
{
    for (; finding != NULL; finding = finding->next)
        take_finding(checking, finding);
}

static void
take_set(void *user, const struct x12_result *result)
{
    struct checking *checking = user;

    take_findings(checking, result->findings);
    checking->sets++;
    checking->refused += result->verdict == X12_REJECTED;
}

/* A set is refused with its group, and a group with its interchange. */
static void
take_group(void *user, const struct x12_group *group)
{
    struct checking *checking = user;

    take_findings(checking, group->findings);
    checking->interchange_sets += checking->sets;
    checking->interchange_refused +=
        group->verdict == X12_REJECTED ? checking->sets : checking->refused;
    checking->sets = checking->refused = 0;
}

static void
take_interchange(void *user, const struct x12_interchange *interchange)
{
    struct checking *checking = user;

    take_findings(checking, interchange->findings);
    checking->file_refused += interchange->verdict == X12_REJECTED
                                  ? checking->interchange_sets
                                  : checking->interchange_refused;
    checking->interchange_sets = checking->interchange_refused = 0;
}

static void
summary(const struct checking *checking, const struct x12_totals *totals)
{
    uint64_t accounted = totals->documents + totals->spaces + totals->junk;
    struct buf line = { 0 };

    if (checking->cli->format == FORMAT_TEXT) {
        if (cli_has(checking->cli, OPTION_QUIET))
            return;
        printf("%s: %llu bytes, all accounted for; interchanges %u, groups %u, "
               "sets %u: %u accepted, %u rejected\n",
               checking->file, (unsigned long long)totals->bytes,
               totals->interchanges, totals->groups, totals->sets,
               totals->sets - checking->file_refused, checking->file_refused);
        return;
    }
    buf_adds(&line, "{\"schema\":\"tradepost.edi-file/1\"");
    json_text(&line, "file", checking->file);
    json_number(&line, "bytes", totals->bytes);
    json_number(&line, "accounted", accounted);
    json_number(&line, "junk", totals->junk);
    json_number(&line, "interchanges", totals->interchanges);
    json_number(&line, "groups", totals->groups);
    json_number(&line, "sets", totals->sets);
    json_number(&line, "accepted", totals->sets - checking->file_refused);
    json_number(&line, "rejected", checking->file_refused);
    json_number(&line, "findings", checking->rejects);
    json_number(&line, "warnings", checking->warnings);
    printf("%s}\n", buf_text(&line));
    buf_free(&line);
}

static bool
always(void *user, const struct x12_group *group, const char *set_id)
{
    (void)user, (void)group, (void)set_id;
    return true;
}

/* In chunks, so that a file of any size can be read. */
struct feeding {
    struct guides *guides;
    const struct x12_handler *handler;
    bool trees; /* the handler wants sets, not only what was found */
};

static bool
feed(struct cli *cli, const struct feeding *feeding, const char *file,
     struct x12_totals *totals)
{
    static char chunk[CHUNK_BYTES];
    CLEANUP(close_quietly) int fd = open_file(cli, file);
    struct x12_options options;
    ssize_t got = fd < 0 ? 0 : read(fd, chunk, sizeof chunk);

    if (fd < 0)
        return false;
    guides_options(feeding->guides, chunk, got > 0 ? (size_t)got : 0, &options);
    options.lean = true;
    options.tree_for = feeding->trees ? always : NULL;
    CLEANUP(x12_reader_free)
    struct x12_reader *reader = x12_reader_new(&options, feeding->handler);
    for (; got > 0; got = read(fd, chunk, sizeof chunk))
        x12_feed(reader, chunk, (size_t)got);
    if (got < 0)
        return err_set(&cli->err, errno == EISDIR ? TP8003 : TP4002,
                       "cannot read %.200s: %s", file, strerror(errno));
    x12_end(reader, totals);
    BUG_IF(totals->documents + totals->spaces + totals->junk != totals->bytes);
    return true;
}

enum exit_code
cmd_edi_check(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    struct checking checking;
    const struct x12_handler handler = { .user = &checking,
                                         .set = take_set,
                                         .group_end = take_group,
                                         .interchange_end = take_interchange,
                                         .finding = take_finding };
    const struct feeding feeding = { guides, &handler, false };
    struct x12_totals totals;
    size_t rejects = 0;
    enum exit_code code = EXIT_OK;

    if (guides == NULL)
        return cli_fail(cli);
    for (size_t i = 0; i < cli->count; i++) {
        checking = (struct checking){ .cli = cli, .file = cli->words[i] };
        if (feed(cli, &feeding, cli->words[i], &totals)) {
            summary(&checking, &totals);
        } else {
            code = cli_fail(cli);
            err_clear(&cli->err);
        }
        rejects += checking.rejects;
    }
    if (edi_problems(guides) > 0)
        return EXIT_INVALID;
    if (code != EXIT_OK)
        return code;
    return rejects > 0 ? EXIT_FINDINGS : EXIT_OK;
}

enum exit_code
cmd_edi_view(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    struct x12_viewing viewing = { .take = edi_print };
    const char *name = cli->words[0];
    bool html = cli_has(cli, OPTION_HTML);
    const struct x12_handler handler =
        html ? x12_html_handler(&viewing, name) : x12_view_handler(&viewing);
    const struct feeding feeding = { guides, &handler, true };
    struct x12_totals totals;

    bool good = guides != NULL && feed(cli, &feeding, name, &totals);
    if (html && good)
        x12_html_end(&viewing);
    buf_free(&viewing.text);
    if (!good)
        return cli_fail(cli);
    edi_problems(guides);
    return EXIT_OK;
}

/* A 997 or 999 for each group that gets one. */
static size_t
ack_groups(struct cli *cli, const struct guides *guides,
           const struct x12_interchange *interchange,
           struct x12_out_group *groups)
{
    const struct partner *partner = guides_partner(guides);
    bool only_errors = partner != NULL && partner->ack_errors_only;
    bool want_999 = partner != NULL && partner->send_999;
    size_t count = 0;

    for (const struct x12_group *g = interchange->groups; g; g = g->next) {
        struct x12_set *set =
            x12_ack_group(g, want_999, only_errors, cli->arena);
        if (set == NULL)
            continue;
        const struct x12_set **sets = arena_alloc(cli->arena, sizeof *sets);
        set->control = "0001";
        sets[0] = set;
        groups[count] = (struct x12_out_group){ .functional_id = "FA",
                                                .sender = g->receiver,
                                                .receiver = g->sender,
                                                .version = g->version,
                                                .control = (long)count + 1,
                                                .sets = sets,
                                                .count = 1 };
        count++;
    }
    return count;
}

/* What answers a broken envelope must be sound itself. */
static const char *
party(struct cli *cli, const char *id)
{
    return text_empty(id) ? "UNKNOWN" : arena_strndup(cli->arena, id, 15);
}

static struct x12_delimiters
sound_marks(const struct x12_delimiters *marks)
{
    const char all[] = { marks->element, marks->component, marks->terminator,
                         marks->repetition };

    for (size_t i = 0; i < sizeof all; i++)
        if (isalnum((unsigned char)all[i]) || all[i] == ' ')
            return (struct x12_delimiters){ 0 };
    return *marks;
}

/* Parties change sides; numbers start from 1, since none is used up. */
static bool
ack_interchange(struct cli *cli, const struct guides *guides,
                const struct x12_interchange *from, long number,
                struct buf *out)
{
    struct x12_out_group *groups =
        arena_alloc(cli->arena, (from->group_count + 1) * sizeof *groups);
    const struct x12_segment *ta1 = x12_ack_ta1(from, cli->arena);
    bool tell = from->ack_requested || from->verdict == X12_REJECTED;
    char date[16], time[8];

    when_format(when_now(), cli_zone(cli), "%Y%m%d", date, sizeof date);
    when_format(when_now(), cli_zone(cli), "%H%M", time, sizeof time);
    const struct x12_envelope envelope = {
        .sender_qualifier = from->receiver_qualifier,
        .sender = party(cli, from->receiver),
        .receiver_qualifier = from->sender_qualifier,
        .receiver = party(cli, from->sender),
        .version = from->version,
        .date = date,
        .time = time,
        .control = number,
        .usage = from->usage && strchr("PTI", from->usage) ? from->usage : 'T',
        .delimiters = sound_marks(&from->delimiters),
        .newline = from->delimiters.terminator == '\n' ? "" : "\n",
        .charset = X12_CHARSET_UTF8,
        .transliterate = true,
        .clash = X12_CLASH_BLANK,
        .groups = groups,
        .group_count = ack_groups(cli, guides, from, groups),
        .ta1s = &ta1,
        .ta1_count = tell && ta1 != NULL,
    };
    return envelope.group_count + envelope.ta1_count == 0 ||
           x12_write(&envelope, out, &cli->err);
}

enum exit_code
cmd_edi_ack(struct cli *cli)
{
    CLEANUP(guides_close) struct guides *guides = guides_open(cli);
    CLEANUP(buf_free) struct buf out = { 0 };
    const struct x12_file *file =
        guides ? edi_read(cli, guides, cli->words[0]) : NULL;

    if (file == NULL)
        return cli_fail(cli);
    long number = 0;
    for (const struct x12_interchange *i = file->interchanges; i; i = i->next)
        if (!ack_interchange(cli, guides, i, ++number, &out))
            return cli_fail(cli);
    if (out.size == 0)
        return cli_missing(cli, "found nothing to acknowledge in %.200s",
                           cli->words[0]);
    fwrite(buf_text(&out), 1, out.size, stdout);
    edi_problems(guides);
    return EXIT_OK;
}
