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

static void
put_json_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            fputc(c, out);
    }
}

/* One fwrite per line, so that lines of several processes do not mix. */
static void
write_line(enum log_level level, const char *text)
{
    char stamp[WHEN_STAMP], *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);

    BUG_IF(out == NULL);
    when_stamp(when_now(), stamp);
    if (settings.json) {
        fprintf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"text\":\"", stamp,
                level_names[level]);
        put_json_text(out, text);
        fputs("\"}\n", out);
    } else if (getenv("JOURNAL_STREAM") != NULL) {
        fprintf(out, "<%d>%s\n", syslog_levels[level], text);
    } else {
        fprintf(out, "%s %-7s %s\n", stamp, level_names[level], text);
    }
    fclose(out);
    fwrite(line, 1, size, stderr);
    fflush(stderr);
    free(line);
}

void
log_line(enum log_level level, const char *format, ...)
{
    char text[1024];
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
