/* SPDX-License-Identifier: Apache-2.0 */
/* The notification protocol of systemd: datagrams to $NOTIFY_SOCKET
 * (sd_notify(3)). Its library would be a dependency for thirty lines. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/daemon_private.h"

static struct sockaddr_un address;
static socklen_t address_size;
static int out = -1;

/* The roles must not speak for the supervisor. */
void
notify_open(void)
{
    const char *name = getenv("NOTIFY_SOCKET");

    if (text_empty(name) || strlen(name) >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, name, strlen(name));
    address_size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unsetenv("NOTIFY_SOCKET");
}

void
notify_say(const char *format, ...)
{
    char text[512];
    va_list args;

    if (out < 0)
        return;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size <= 0 || (size_t)size >= sizeof text)
        return;
    ssize_t sent;
    do
        sent = sendto(out, text, (size_t)size, MSG_NOSIGNAL,
                      (struct sockaddr *)&address, address_size);
    while (sent < 0 && errno == EINTR);
}

int64_t
notify_watchdog(void)
{
    const char *process = getenv("WATCHDOG_PID"),
               *every = getenv("WATCHDOG_USEC");
    long microseconds;

    if (out < 0 || every == NULL ||
        (process != NULL && strtol(process, NULL, 10) != (long)getpid()) ||
        !text_number(every, 1000000000, &microseconds))
        return 0;
    return (int64_t)microseconds * 1000 / 2;
}
