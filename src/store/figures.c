/* SPDX-License-Identifier: Apache-2.0 */
#include "store/figures.h"

#include <stddef.h>

/* Labels stay few: the partners with most documents by their code. */
#define PARTNER                                                             \
    "CASE WHEN partner IN (SELECT partner FROM main.tally GROUP BY partner" \
    " ORDER BY sum(now) DESC, partner LIMIT 50) THEN partner ELSE 'other'"  \
    " END"
#define IN_PROGRESS \
    "('received','translated','queued','working','unknown','deferred')"
#define STATES_ON_THE_WAY                                                 \
    "('received'), ('translated'), ('queued'), ('working'), ('unknown')," \
    " ('deferred')"
#define ALL_STATES                                                            \
    "('received','translated','queued','working','unknown','deferred','held'" \
    ",'done','dead','ignored','replaced')"
#define ACCEPTED                                                            \
    "ifnull((SELECT max(id) FROM main.document), 0) - ifnull((SELECT value" \
    " FROM main.counter WHERE name = 'removed'), 0)"
/* Rows in the form of a histogram, with all bounds and as running counts. */
#define HISTOGRAM(what, label, key)                                            \
    "WITH t AS (SELECT \"set\" AS type, " key " AS k, bound, sum(count) AS n," \
    " sum(milliseconds) AS ms FROM main.timing WHERE what = '" what "' GROUP"  \
    " BY 1, 2, 3), keys AS (SELECT DISTINCT type, k FROM t), b AS (SELECT"     \
    " seconds FROM main.bound WHERE what = '" what "') SELECT 'bucket' AS"     \
    " part, k AS " label ", type, CAST(seconds AS TEXT) AS le, (SELECT"        \
    " ifnull(sum(n), 0) FROM t WHERE t.type = keys.type AND t.k = keys.k AND"  \
    " bound BETWEEN 0 AND seconds) AS value FROM keys, b UNION ALL SELECT"     \
    " 'bucket', k, type, '+Inf', (SELECT sum(n) FROM t WHERE t.type ="         \
    " keys.type AND t.k = keys.k) FROM keys UNION ALL SELECT 'sum', k, type,"  \
    " NULL, (SELECT sum(ms) / 1000.0 FROM t WHERE t.type = keys.type AND t.k"  \
    " = keys.k) FROM keys UNION ALL SELECT 'count', k, type, NULL, (SELECT"    \
    " sum(n) FROM t WHERE t.type = keys.type AND t.k = keys.k) FROM keys"      \
    " ORDER BY 2, 3, 1, 5"

/* clang-format off */
const struct figure figures[] = {
#define FIGURE(name, kind, help, select) \
    { "tradepost_" name, FIGURE_##kind, help, select },
#include "store/figures.tbl"
#undef FIGURE
    { NULL, FIGURE_GAUGE, NULL, NULL }
};
/* clang-format on */
