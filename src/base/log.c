/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"

static struct {
    enum log_level level;
    bool json;
} settings = { LOG_WARNING, false };

static const char *const level_names[] = { "error", "warning", "info",
                                           "detail" };
static const int syslog_levels[] = { 3, 4, 6, 7 };

void
log_set_level(enum log_level level)
{
    settings.level = level;
}

void
log_set_json(bool json)
{
    settings.json = json;
}

/* A line of at most TEXT_SIZE characters, each six when it is escaped. Nothing
 * is allocated: what is wrong may be that memory is out. */
enum { TEXT_SIZE = 1024, LINE_SIZE = 6 * TEXT_SIZE + 200 };

static void
escape_json(char *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20) {
            out += snprintf(out, 7, "\\u%04x", (unsigned)c);
            continue;
        }
        if (c == '"' || c == '\\')
            *out++ = '\\';
        *out++ = (char)c;
    }
    *out = '\0';
}

/* One fwrite per line, so that lines of several processes do not mix. */
static void
write_line(enum log_level level, const char *text)
{
    char stamp[WHEN_STAMP], line[LINE_SIZE], escaped[6 * TEXT_SIZE + 1];

    when_stamp(when_now(), stamp);
    if (settings.json) {
        escape_json(escaped, text);
        text_format(line, sizeof line,
                    "{\"time\":\"%s\",\"level\":\"%s\",\"text\":\"%s\"}\n",
                    stamp, level_names[level], escaped);
    } else if (getenv("JOURNAL_STREAM") != NULL) {
        text_format(line, sizeof line, "<%d>%s\n", syslog_levels[level], text);
    } else {
        text_format(line, sizeof line, "%s %-7s %s\n", stamp,
                    level_names[level], text);
    }
    fwrite(line, 1, strlen(line), stderr);
    fflush(stderr);
}

void
log_line(enum log_level level, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;

    if (level > settings.level)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    write_line(level, text);
}

void
log_err(enum log_level level, const struct err *err, const char *what)
{
    log_line(level, "%s: %s %s%s%s", what, err_name(err->code), err->at,
             err->at[0] ? ": " : "", err->text);
}
