/* SPDX-License-Identifier: Apache-2.0 */
/* Where a listener listens, and who calls. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/web_private.h"

static bool
split(const char *listen, char host[64], char port[8])
{
    const char *colon = strrchr(listen, ':');
    size_t size = colon != NULL ? (size_t)(colon - listen) : 0;
    long number;

    if (colon == NULL || size == 0 || size > 60 ||
        !text_number(colon + 1, 65535, &number))
        return false;
    if (listen[0] == '[' && listen[size - 1] == ']')
        text_format(host, 64, "%.*s", (int)size - 2, listen + 1);
    else
        text_format(host, 64, "%.*s", (int)size, listen);
    return text_copy(port, 8, colon + 1);
}

static bool
resolve(const char *listen, struct addrinfo **out)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV |
                                          AI_PASSIVE };
    char host[64], port[8];

    return split(listen, host, port) &&
           getaddrinfo(host, port, &hints, out) == 0;
}

bool
web_address_ok(const char *listen)
{
    struct addrinfo *info = NULL;
    bool good = resolve(listen, &info);

    if (good)
        freeaddrinfo(info);
    return good;
}

bool
web_address_local(const char *listen)
{
    char host[64], port[8];

    return split(listen, host, port) &&
           (text_starts(host, "127.") || text_equal(host, "::1"));
}

void
address_text(const struct sockaddr *address, char out[48])
{
    const void *bytes;

    out[0] = '\0';
    if (address->sa_family == AF_INET6)
        bytes =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    else
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    inet_ntop(address->sa_family, bytes, out, 48);
    /* An IPv4 caller of a socket for both. */
    if (text_starts(out, "::ffff:") && strchr(out, '.') != NULL)
        memmove(out, out + 7, strlen(out + 7) + 1);
}

bool
address_listen(const char *listen_at, int *out, char where[80], struct err *err)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    struct addrinfo *info = NULL;
    int yes = 1;
    char host[48];

    if (!resolve(listen_at, &info))
        return err_set(err, TP8071, "found %.60s, expected ADDRESS:PORT",
                       listen_at);
    *out =
        socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool good =
        *out >= 0 &&
        setsockopt(*out, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(*out, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(*out, 256) == 0 &&
        getsockname(*out, (struct sockaddr *)&address, &size) == 0;
    int saved = errno;
    freeaddrinfo(info);
    if (!good) {
        if (*out >= 0)
            close(*out);
        return err_set(err, TP8071, "%s: %s", listen_at, strerror(saved));
    }
    address_text((const struct sockaddr *)&address, host);
    const struct sockaddr_in *in = (const void *)&address;
    text_format(where, 80, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host,
                (unsigned)ntohs(in->sin_port));
    return true;
}
