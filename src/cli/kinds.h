/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds - channels and systems by the kind that their settings name: their
 * tables check the settings and make the manual.
 */
#ifndef TP_CLI_KINDS_H
#define TP_CLI_KINDS_H

#include "cli/cli.h"

/* Holds every system and every partner's channel to its kind's table, names of
 * tolerances to those there are, and secrets to being there, if asked. */
void kinds_check(const struct conf *, bool secrets, struct problems *);
/* The settings of a kind ("sftp", "nav"); NULL when there is none. */
const struct setting *kinds_settings(const char *kind);
/* All kinds of channels, or of systems, with their settings, for a manual. */
void kinds_manual(bool channels, bool man, struct buf *);

#endif
