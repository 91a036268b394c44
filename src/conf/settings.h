/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings - the tables of tradepost.conf and of partner files, and the manual
 * made from any table: tradepost.conf(5), tradepost-partner(5) and
 * `tradepost help config` cannot differ from what is checked.
 *
 *   struct buf page = { 0 };
 *   settings_manual(settings_main, MANUAL_TEXT, &page);
 */
#ifndef TP_CONF_SETTINGS_H
#define TP_CONF_SETTINGS_H

#include "base/buf.h"
#include "conf/conf.h"

extern const struct setting settings_main[];    /* tradepost.conf */
extern const struct setting settings_partner[]; /* partners/NAME.conf */

/* Groups of it: the listeners, and who is told of incidents. */
extern const struct setting settings_door[], settings_desk[], settings_alerts[];

enum manual_form { MANUAL_TEXT, MANUAL_MAN };

/* A sentence as the form wants it. */
void settings_text(enum manual_form, const char *text, struct buf *);
/* Adds one entry per setting: dotted name, type, what it is for, allowed words,
 * fallback. */
void settings_manual(const struct setting *, enum manual_form, struct buf *);

#endif
