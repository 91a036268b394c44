/* SPDX-License-Identifier: Apache-2.0 */
#include "net/syslog.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "base/when.h"

enum { DAEMON = 3 }; /* the facility */

static bool
send_to(int fd, const struct sockaddr_un *address, const char *line)
{
    ssize_t sent;

    do
        sent = sendto(fd, line, strlen(line), MSG_NOSIGNAL,
                      (const struct sockaddr *)address, sizeof *address);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

bool
syslog_say(const char *path, enum syslog_severity severity, const char *text,
           struct err *err)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char line[900], at[32];

    if (!text_copy(address.sun_path, sizeof address.sun_path, path))
        return err_set(err, TP5001, "the log's socket has too long a name");
    when_format(when_now(), NULL, "%b %e %H:%M:%S", at, sizeof at);
    /* Cut, when it is too long. */
    text_format(line, sizeof line, "<%d>%s tradepost[%ld]: %s",
                DAEMON * 8 + (int)severity, at, (long)getpid(), text);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool good = fd >= 0 && send_to(fd, &address, line);
    int why = errno;
    if (fd >= 0)
        close(fd);
    return good || err_set(err, TP5001, "nobody listens at %s: %s", path,
                           strerror(why));
}
