/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/health.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/text.h"
#include "conf/partner.h"
#include "store/figures.h"

static const struct {
    const char *name;
    int64_t warning, critical;
    const char *unit;
} watched[WATCHED_FIGURES] = {
#define WATCHED(id, name, warning, critical, unit, about) \
    [WATCH_##id] = { name, warning, critical, unit },
#include "flow/health.tbl"
#undef WATCHED
};

/* ---- looking */

static int64_t
size_of(const char *dir, const char *name)
{
    char path[1100];
    struct stat file;

    text_format(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &file) == 0 ? (int64_t)file.st_size : 0;
}

static int64_t
free_of(const char *dir)
{
    struct statvfs disk;

    return statvfs(dir, &disk) == 0
               ? (int64_t)disk.f_bavail * (int64_t)disk.f_frsize
               : -1;
}

static bool
last_value(void *user, int columns, const char *const *names,
           const char *const *values, struct err *err)
{
    int64_t *out = user;

    (void)names;
    (void)err;
    if (values[columns - 1] != NULL)
        *out = strtoll(values[columns - 1], NULL, 10);
    return true;
}

/* The one figure of the name. */
static bool
figure(struct journal *journal, const char *name, int64_t *out, struct err *err)
{
    const struct figure *f = figures;

    while (!text_equal(f->name, name))
        f++;
    *out = 0;
    return journal_query(journal, f->select, NULL, 0, last_value, out, err);
}

bool
health_look(struct health *out, const struct conf *conf, size_t mistakes,
            struct journal *journal, struct err *err)
{
    const char *state = conf_state_dir(conf);

    *out = (struct health){ .environment = conf_company(conf)->environment,
                            .partners = (int64_t)partner_count(conf),
                            .mistakes = (int64_t)mistakes };
    journal_set_reserve(journal, reserve_of(conf));
    out->spool_free_bytes = free_of(conf_spool_dir(conf));
    out->journal_bytes =
        size_of(state, "journal.db") + size_of(state, "journal.db-wal");
    return journal_counts(journal, &out->counts, err) &&
           journal_space(journal, &out->space, err) &&
           figure(journal, "tradepost_queue_oldest_seconds",
                  &out->oldest_seconds, err);
}

bool
health_degraded(const struct health *health)
{
    const int64_t *states = health->counts.states;

    return states[DOC_HELD] > 0 || states[DOC_DEAD] > 0 ||
           health->counts.overdue > 0 || health->counts.unbalanced != 0 ||
           health->space.low || health->mistakes > 0;
}

/* ---- judging */

void
health_usual_limits(struct health_limits *limits)
{
    for (int i = 0; i < WATCHED_FIGURES; i++) {
        limits->warning[i] = watched[i].warning;
        limits->critical[i] = watched[i].critical;
    }
}

static bool
take_limit(int64_t out[WATCHED_FIGURES], const char *word, struct err *err)
{
    const char *value = strchr(word, '=');
    long number;

    for (int i = 0; value != NULL && i < WATCHED_FIGURES; i++) {
        size_t size = strlen(watched[i].name);
        if (strncmp(word, watched[i].name, size) != 0 || word[size] != '=')
            continue;
        if (text_equal(value + 1, "off")) {
            out[i] = -1;
            return true;
        }
        if (!text_number(value + 1, 1000000000, &number))
            break;
        out[i] = number;
        return true;
    }
    return err_set(err, TP7060,
                   "found \"%.60s\", expected NAME=NUMBER or NAME=off, where "
                   "NAME is queue, oldest, held, dead, doubt, late, arrivals "
                   "or free",
                   word);
}

bool
health_take_limits(int64_t out[WATCHED_FIGURES], const char *list,
                   struct err *err)
{
    char word[80];

    while (*list != '\0') {
        size_t size = strcspn(list, ",");
        text_format(word, sizeof word, "%.*s", (int)size, list);
        if (!take_limit(out, word, err))
            return false;
        list += size + (list[size] == ',');
    }
    return true;
}

static void
values_of(const struct health *health, int64_t out[WATCHED_FIGURES])
{
    const struct journal_counts *counts = &health->counts;
    const struct space *space = &health->space;
    int64_t hundredth = space->total_bytes / 100;

    out[WATCH_QUEUE] = counts->in_progress;
    out[WATCH_OLDEST] = health->oldest_seconds;
    out[WATCH_HELD] = counts->states[DOC_HELD];
    out[WATCH_DEAD] = counts->states[DOC_DEAD];
    out[WATCH_DOUBT] = counts->states[DOC_UNKNOWN];
    out[WATCH_LATE] = counts->overdue;
    out[WATCH_ARRIVALS] = counts->arrivals;
    out[WATCH_FREE] = hundredth > 0 ? space->free_bytes / hundredth : 100;
}

static bool
beyond(int figure, int64_t value, int64_t limit)
{
    if (limit < 0)
        return false;
    return figure == WATCH_FREE ? value < limit : value >= limit;
}

/* "name=value[unit];warning;critical;least;most", where "10:" is bad below. */
static void
add_performance(struct buf *line, int i, int64_t value,
                const struct health_limits *limits)
{
    const char *end = i == WATCH_FREE ? ":" : "";

    buf_addf(line, " %s=%lld%s;", watched[i].name, (long long)value,
             watched[i].unit);
    if (limits->warning[i] >= 0)
        buf_addf(line, "%lld%s", (long long)limits->warning[i], end);
    buf_addc(line, ';');
    if (limits->critical[i] >= 0)
        buf_addf(line, "%lld%s", (long long)limits->critical[i], end);
    buf_adds(line, i == WATCH_FREE ? ";0;100" : ";0");
}

static enum health_level
worse(enum health_level a, enum health_level b)
{
    return a > b ? a : b;
}

/* What no threshold can excuse. */
static enum health_level
judge_always(const struct health *health, struct buf *why)
{
    enum health_level level = HEALTH_OK;

    if (health->counts.unbalanced != 0) {
        buf_addf(why, ", %lld documents are not accounted for",
                 (long long)health->counts.unbalanced);
        level = HEALTH_CRITICAL;
    }
    if (health->space.low) {
        buf_adds(why, ", nothing new is taken in: the disk is nearly full");
        level = HEALTH_CRITICAL;
    }
    if (health->mistakes > 0) {
        buf_addf(why, ", %lld mistakes in the settings",
                 (long long)health->mistakes);
        level = worse(level, HEALTH_WARNING);
    }
    return level;
}

enum health_level
health_judge(const struct health *health, const struct health_limits *limits,
             struct buf *line)
{
    static const char *const names[] = { "OK", "WARNING", "CRITICAL",
                                         "UNKNOWN" };
    CLEANUP(buf_free) struct buf why = { 0 };
    int64_t values[WATCHED_FIGURES];
    enum health_level level = judge_always(health, &why);

    values_of(health, values);
    for (int i = 0; i < WATCHED_FIGURES; i++) {
        enum health_level own =
            beyond(i, values[i], limits->critical[i])  ? HEALTH_CRITICAL
            : beyond(i, values[i], limits->warning[i]) ? HEALTH_WARNING
                                                       : HEALTH_OK;
        if (own != HEALTH_OK)
            buf_addf(&why, ", %s %lld%s", watched[i].name, (long long)values[i],
                     watched[i].unit);
        level = worse(level, own);
    }
    if (level == HEALTH_OK)
        buf_addf(&why, ", %lld partners, queue %lld, held %lld",
                 (long long)health->partners, (long long)values[WATCH_QUEUE],
                 (long long)values[WATCH_HELD]);
    buf_addf(line, "%s - %s |", names[level], buf_text(&why) + 2);
    for (int i = 0; i < WATCHED_FIGURES; i++)
        add_performance(line, i, values[i], limits);
    return level;
}
