/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint - what other commands mean for partners' channels and systems.
 */
#ifndef TP_CLI_ENDPOINT_H
#define TP_CLI_ENDPOINT_H

#include "cli/cli.h"

/* After a secret got another value: whoever signs in with it, and was stopped
 * because that was refused, is tried again. */
bool endpoints_follow_secret(struct cli *, const char *name) MUST_USE;

#endif
