/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one line per event on standard error. Only flow, web and cli log.
 *
 * Lines never hold secrets or document contents. With LOG_JSON each line is a
 * JSON object; under systemd the level goes in front as "<6>".
 */
#ifndef TP_BASE_LOG_H
#define TP_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DETAIL };

/* Lines above the level are dropped; the default is LOG_WARNING. */
void log_set_level(enum log_level);
void log_set_json(bool);
void log_line(enum log_level, const char *format, ...) PRINTF(2, 3);
/* One line for a failure, with its code and place. */
void log_err(enum log_level, const struct err *, const char *what);

#endif
