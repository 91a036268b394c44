/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "net/net_private.h"

static void
drop_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

static void
drop_part(char **part)
{
    curl_free(*part);
}

static bool
is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;

    if (strcasecmp(host, "localhost") == 0 || text_equal(host, "[::1]"))
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool
http_url_check(const char *url, char place[HTTP_PLACE], struct err *err)
{
    CLEANUP(drop_url) CURLU *parsed = curl_url();
    CLEANUP(drop_part) char *scheme = NULL;
    CLEANUP(drop_part) char *host = NULL;
    CLEANUP(drop_part) char *path = NULL;

    OUT_OF_MEMORY_IF(parsed == NULL);
    if (url == NULL ||
        curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) !=
            CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
        curl_url_get(parsed, CURLUPART_PATH, &path, 0) != CURLUE_OK)
        return err_set(err, TP5017,
                       "the url is not one, or holds a user; expected "
                       "https://host/path");
    text_format(place, HTTP_PLACE, "%s%s", host, path);
    if (text_equal(scheme, "https"))
        return true;
    if (!text_equal(scheme, "http"))
        return err_set(err, TP5017, "the url's scheme is %s; expected https",
                       scheme);
    return is_loopback(host) ||
           err_set(err, TP5011, "plain http to %s; expected https", host);
}

bool
http_changes(const struct http_request *request)
{
    static const char *const reading[] = { "GET", "HEAD", "OPTIONS" };

    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++)
        if (text_equal(request->method, reading[i]))
            return false;
    return !request->reads;
}

/* The value when the line is this header, without blanks, else NULL. */
static const char *
header_value(char *line, const char *name)
{
    size_t length = strlen(name);

    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return text_trim(line + length + 1);
}

static void
keep_value(char *line, const char *name, char *out, size_t size)
{
    const char *value = header_value(line, name);

    /* Half a location or tag would be a wrong one. */
    if (value != NULL && !text_copy(out, size, value))
        out[0] = '\0';
}

void
http_take_header(struct http_answer *answer, const char *keep, const char *line,
                 size_t size)
{
    static const char *const ids[] = { "x-ms-request-id", "request-id",
                                       "x-request-id", "xero-correlation-id" };
    char text[1024];

    /* A new status line: what came before was an interim answer (1xx). */
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        answer->etag[0] = answer->content_type[0] = answer->location[0] = '\0';
        answer->request_id[0] = answer->kept[0] = '\0';
        return;
    }
    if (size >= sizeof text || memchr(line, '\0', size) != NULL)
        return;
    memcpy(text, line, size);
    text[size] = '\0';
    text_trim(text);
    keep_value(text, "etag", answer->etag, sizeof answer->etag);
    keep_value(text, "content-type", answer->content_type,
               sizeof answer->content_type);
    keep_value(text, "location", answer->location, sizeof answer->location);
    if (keep != NULL)
        keep_value(text, keep, answer->kept, sizeof answer->kept);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (answer->request_id[0] == '\0')
            keep_value(text, ids[i], answer->request_id,
                       sizeof answer->request_id);
}

static bool
classify_server(const struct http_request *request,
                const struct http_answer *answer, const char *what,
                struct err *err)
{
    if (http_changes(request))
        return err_set(err, TP5015,
                       "%s answered %ld to a %s; it may have been done", what,
                       answer->status, request->method);
    return err_set(err, TP5014, "%s answered %ld", what, answer->status);
}

bool
http_classify(const struct http_request *request,
              const struct http_answer *answer, const char *what,
              struct err *err)
{
    long status = answer->status;

    if (status >= 200 && status < 300)
        return true;
    if (status == 429 || (status == 503 && answer->retry_after_seconds > 0)) {
        bool first = err->kind == ERR_NONE;
        err_set(err, TP5012, "%s answered %ld and asks to wait %ld s", what,
                status, answer->retry_after_seconds);
        if (first)
            err->retry_after_seconds = (int)answer->retry_after_seconds;
        return false;
    }
    if (status == 401 || status == 403)
        return err_set(err, TP5016, "%s answered %ld to our credentials", what,
                       status);
    if (status == 409 || status == 412)
        return err_set(err, TP5013,
                       "%s answered %ld: changed since it was read", what,
                       status);
    if (status == 408 || status >= 500)
        return classify_server(request, answer, what, err);
    if (status >= 300 && status < 400)
        return err_set(err, TP5017,
                       "%s answered %ld, a redirect, which is not followed",
                       what, status);
    return err_set(err, TP5010, "%s answered %ld to a %s", what, status,
                   request->method);
}

void
wipe(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
}

void
wipe_buf(struct buf *buf)
{
    if (buf->text != NULL)
        explicit_bzero(buf->text, buf->capacity);
    buf_free(buf);
}
