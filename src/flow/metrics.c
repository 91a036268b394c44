/* SPDX-License-Identifier: Apache-2.0 */
/* Figures as Prometheus text, version 0.0.4 of its format. */
#include <string.h>

#include "base/text.h"
#include "config.h"
#include "flow/health.h"
#include "store/figures.h"

struct metrics {
    struct buf *out;
    const struct figure *figure;
};

static void
add_escaped(struct buf *out, const char *text, bool quoted)
{
    for (; *text != '\0'; text++)
        if (*text == '\\')
            buf_adds(out, "\\\\");
        else if (*text == '\n')
            buf_adds(out, "\\n");
        else if (*text == '"' && quoted)
            buf_adds(out, "\\\"");
        else
            buf_addc(out, *text);
}

static void
add_head(struct buf *out, const char *name, enum figure_kind kind,
         const char *help)
{
    static const char *const kinds[] = { "gauge", "counter", "histogram" };

    buf_addf(out, "# HELP %s ", name);
    add_escaped(out, help, false);
    buf_addf(out, "\n# TYPE %s %s\n", name, kinds[kind]);
}

/* A label without a value is no label. */
static void
add_labels(struct buf *out, int count, const char *const *names,
           const char *const *values)
{
    const char *before = "{";

    for (int i = 0; i < count; i++) {
        if (values[i] == NULL)
            continue;
        buf_addf(out, "%s%s=\"", before, names[i]);
        add_escaped(out, values[i], true);
        buf_addc(out, '"');
        before = ",";
    }
    if (*before == ',')
        buf_addc(out, '}');
}

static bool
add_sample(void *user, int columns, const char *const *names,
           const char *const *values, struct err *err)
{
    struct metrics *metrics = user;
    bool parts = metrics->figure->kind == FIGURE_HISTOGRAM;
    const char *value = values[columns - 1];

    (void)err;
    buf_adds(metrics->out, metrics->figure->name);
    if (parts)
        buf_addf(metrics->out, "_%s", values[0]);
    add_labels(metrics->out, columns - 1 - parts, names + parts,
               values + parts);
    buf_addf(metrics->out, " %s\n", value != NULL ? value : "0");
    return true;
}

static void
add_gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    add_head(out, name, FIGURE_GAUGE, help);
    buf_addf(out, "%s %lld\n", name, (long long)value);
}

static void
add_host(const struct health *health, struct buf *out)
{
    add_head(out, "tradepost_build_info", FIGURE_GAUGE,
             "The version; always 1.");
    buf_adds(out, "tradepost_build_info{version=\"");
    add_escaped(out, PACKAGE_VERSION, true);
    buf_adds(out, "\",environment=\"");
    add_escaped(out, health->environment, true);
    buf_adds(out, "\"} 1\n");
    add_gauge(out, "tradepost_db_size_bytes",
              "Size of the journal and its log.", health->journal_bytes);
    add_gauge(out, "tradepost_db_free_bytes",
              "What is free on the journal's disk.", health->space.free_bytes);
    add_gauge(out, "tradepost_db_reserve_bytes",
              "With less free than this nothing new is taken in.",
              health->space.reserve_bytes);
    add_gauge(out, "tradepost_intake_stopped",
              "1 while nothing new is taken in, since the disk is nearly full.",
              health->space.low);
    if (health->spool_free_bytes >= 0)
        add_gauge(out, "tradepost_spool_free_bytes",
                  "What is free on the spool's disk.",
                  health->spool_free_bytes);
    add_gauge(out, "tradepost_settings_mistakes",
              "Mistakes in the settings and partner files.", health->mistakes);
}

bool
health_metrics(const struct health *health, struct journal *journal,
               struct buf *out, struct err *err)
{
    struct metrics metrics = { .out = out };

    add_host(health, out);
    for (const struct figure *f = figures; f->name != NULL; f++) {
        metrics.figure = f;
        add_head(out, f->name, f->kind, f->help);
        if (!journal_query(journal, f->select, NULL, 0, add_sample, &metrics,
                           err))
            return err_at(err, "%s", f->name);
    }
    return true;
}
