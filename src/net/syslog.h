/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syslog - one line to the system's log over its socket, as syslog(3) does,
 * but with an answer: a log that nobody reads is a failure (TP5001).
 */
#ifndef TP_NET_SYSLOG_H
#define TP_NET_SYSLOG_H

#include "base/err.h"

/* Severities of RFC 5424. */
enum syslog_severity {
    SYSLOG_CRITICAL = 2,
    SYSLOG_WARNING = 4,
    SYSLOG_NOTICE = 5
};

/* socket: its path, "/dev/log". Control characters of the text become
 * blanks. */
bool syslog_say(const char *socket, enum syslog_severity, const char *text,
                struct err *) MUST_USE;

#endif
