/* SPDX-License-Identifier: Apache-2.0 */
/* What happened in the demo, read from the journal. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/text.h"
#include "cli/demo.h"
#include "store/journal.h"

enum { MOST = 64 };

struct cells {
    char text[MOST][8][256];
    size_t rows;
};

static bool
take_row(void *user, int columns, const char *const *names,
         const char *const *values, struct err *err)
{
    struct cells *cells = user;

    (void)names;
    (void)err;
    for (int i = 0; i < columns && i < 8 && cells->rows < MOST; i++)
        text_copy(cells->text[cells->rows][i], sizeof cells->text[0][0],
                  values[i] ? values[i] : "");
    cells->rows += cells->rows < MOST;
    return true;
}

static bool
ask(struct journal *journal, const char *select, struct cells *cells,
    struct err *err)
{
    cells->rows = 0;
    return journal_query(journal, select, NULL, 0, take_row, cells, err);
}

/* One line per kind of document: how many, and what became of them. */
static const struct {
    const char *select, *format;
} lines[] = {
    { "SELECT count(*), sum(acknowledged = 'accepted'),"
      " sum(acknowledged = 'rejected') FROM documents"
      " WHERE direction = 'out' AND type = '850' AND state = 'done'",
      "  Sent      %4s purchase orders (850)  %3s acknowledged, %s rejected on "
      "purpose\n" },
    { "SELECT count(*), sum(acknowledged = 'accepted') FROM documents"
      " WHERE direction = 'out' AND type = '810' AND state = 'done'",
      "  Sent      %4s sales invoices (810)   %3s acknowledged\n" },
    { "SELECT count(*), sum(state = 'done'), sum(state = 'held') FROM documents"
      " WHERE direction = 'in' AND type = '856'",
      "  Received  %4s ship notices (856)     %3s receipts posted, %s held on "
      "purpose\n" },
    { "SELECT count(*), sum(state = 'done'), sum(state = 'held'),"
      " sum(state = 'ignored') FROM documents"
      " WHERE direction = 'in' AND type = '810'",
      "  Received  %4s invoices (810)         %3s posted, %s held on purpose, "
      "%s duplicate stopped\n" },
    { "SELECT count(*), sum(posted = 'draft'), decimal_sum(amount)"
      " FROM documents WHERE direction = 'in' AND type = '820'",
      "  Received  %4s remittances (820)      %3s in NAV's payment journal, %s "
      "USD for a person to post\n" },
    { "SELECT count(*) FROM documents"
      " WHERE direction = 'out' AND type = '997' AND state = 'done'",
      "  Answered  %4s functional groups with a 997\n" },
    { "SELECT count(*), sum(state = 'agreed') FROM links WHERE system = 'odoo'",
      "  In step   %4s customers and vendors  %3s agreed with Odoo\n" },
};

/* The third number of a line is money when it has a point: 70228.28 */
static const char *
pretty(const char *text, char out[DECIMAL_TEXT])
{
    return strchr(text, '.') ? decimal_pretty(decimal_of(text), 2, out) : text;
}

static bool
tell_counts(struct journal *journal, struct cells *cells, struct err *err)
{
    putchar('\n');
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!ask(journal, lines[i].select, cells, err))
            return false;
        const char(*cell)[256] = (const char(*)[256])cells->text[0];
        char money[DECIMAL_TEXT];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        printf(lines[i].format, cell[0], cell[1], pretty(cell[2], money),
               cell[3]);
#pragma GCC diagnostic pop
    }
    return true;
}

static bool
tell_attention(struct journal *journal, struct cells *cells, struct err *err)
{
    if (!ask(journal,
             "SELECT doc, type, number, partner, reason, state FROM "
             "documents WHERE state IN ('held', 'dead', 'unknown', "
             "'deferred') OR acknowledged = 'rejected' ORDER BY doc",
             cells, err))
        return false;
    printf("\n%zu document%s need%s you, on purpose:\n", cells->rows,
           cells->rows == 1 ? "" : "s", cells->rows == 1 ? "s" : "");
    for (size_t i = 0; i < cells->rows; i++)
        printf("  %4s  %-3s %-12s %-10s %s\n", cells->text[i][0],
               cells->text[i][1], cells->text[i][2], cells->text[i][3],
               cells->text[i][4]);
    return true;
}

bool
demo_tell(struct demo *demo, struct journal *journal, struct err *err)
{
    struct cells *cells = arena_alloc(demo->arena, sizeof *cells);

    if (!tell_counts(journal, cells, err) ||
        !tell_attention(journal, cells, err))
        return false;
    const char *first = cells->rows > 0 ? cells->text[0][0] : "1";
    const char *again = demo->again;
    printf("\nTry next:\n"
           "  %s today          what needs attention, in order\n"
           "  %s doc show %-5s a readable document with its story\n"
           "  %s order list     how far each purchase order is\n"
           "  %s report acks    what partners have not acknowledged\n\n"
           "All of it lies in %s (%s --clean removes it).\n",
           again, again, first, again, again, demo->dir, demo->self);
    return true;
}
