/* SPDX-License-Identifier: Apache-2.0 */
#include "http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Reads one whole request; false at the connection's end. */
static int
read_request(int fd, struct http_seen *seen)
{
    static char text[sizeof seen->last];
    size_t size = 0, want = 0;

    memset(text, 0, sizeof text);
    while (want == 0 || size < want) {
        ssize_t got = read(fd, text + size, sizeof text - 1 - size);
        if (got <= 0)
            return 0;
        size += (size_t)got;
        char *end = strstr(text, "\r\n\r\n");
        if (end == NULL)
            continue;
        char *length = strstr(text, "\r\nContent-Length:");
        want = (size_t)(end + 4 - text);
        if (length != NULL && length < end)
            want += strtoul(length + 17, NULL, 10);
    }
    memcpy(seen->last, text, sizeof text);
    if (seen->requests < 16)
        memcpy(seen->all[seen->requests], text, sizeof seen->all[0] - 1);
    seen->requests++;
    return 1;
}

static void
serve(int listener, const char *const *script, struct http_seen *seen)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(0);
        seen->connections++;
        while (read_request(fd, seen)) {
            const char *line = *script;
            if (line == NULL || strcmp(line, SERVE_CLOSE) == 0) {
                script += line != NULL;
                break;
            }
            script++;
            if (strcmp(line, SERVE_HANG) == 0) {
                pause();
                _exit(0);
            }
            if (write(fd, line, strlen(line)) < 0)
                break;
        }
        close(fd);
    }
}

void
http_server_start(struct http_server *server, const char *const *script)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    server->port = ntohs(address.sin_port);
    server->seen = mmap(NULL, sizeof *server->seen, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (server->seen == MAP_FAILED)
        abort();
    fflush(stdout);
    server->pid = fork();
    if (server->pid == 0) {
        /* A test that fails leaves no server behind. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(STDOUT_FILENO);
        serve(listener, script, server->seen);
    }
    close(listener);
}

void
http_server_stop(struct http_server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    munmap(server->seen, sizeof *server->seen);
}

const char *
http_answer_text(const char *status, const char *headers, const char *body)
{
    static char texts[8][8192];
    static unsigned next;
    char *text = texts[next++ % 8];

    snprintf(text, sizeof texts[0],
             "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n%s", status,
             strlen(body), headers, body);
    return text;
}
