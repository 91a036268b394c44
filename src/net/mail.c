/* SPDX-License-Identifier: Apache-2.0 */
#include "net/mail.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#define SET(curl, option, value) \
    BUG_IF(curl_easy_setopt(curl, option, value) != CURLE_OK)

struct letter {
    struct buf text;
    size_t at;
    bool gone; /* all of it was handed over */
};

static void
close_curl(CURL **curl)
{
    curl_easy_cleanup(*curl);
}

static void
drop_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

/* ---- the message */

/* No header ends before we end it. */
static void
add_header(struct buf *out, const char *name, const char *value)
{
    buf_addf(out, "%s: ", name);
    for (; *value != '\0'; value++)
        buf_addc(out, *value == '\r' || *value == '\n' ? ' ' : *value);
    buf_adds(out, "\r\n");
}

static bool
is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80 || (unsigned char)*text < 0x20)
            return false;
    return true;
}

/* What is not ASCII goes as one encoded word for each 45 bytes (RFC 2047), cut
 * between characters. */
static void
add_subject(struct buf *out, const char *subject)
{
    unsigned char coded[80];
    size_t size;

    if (is_plain(subject)) {
        add_header(out, "Subject", subject);
        return;
    }
    buf_adds(out, "Subject:");
    while (*subject != '\0') {
        for (size = 0; subject[size] != '\0';) {
            size_t next = text_sequence(subject + size);
            next = next == 0 ? 1 : next;
            if (size + next > 45)
                break;
            size += next;
        }
        EVP_EncodeBlock(coded, (const unsigned char *)subject, (int)size);
        buf_addf(out, " =?UTF-8?B?%s?=\r\n", (const char *)coded);
        subject += size;
    }
}

static void
add_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            buf_addc(out, '\r');
        if (*text != '\r')
            buf_addc(out, *text);
    }
    buf_adds(out, "\r\n");
}

static void
write_letter(const struct mail *mail, struct buf *out)
{
    const char *at = strrchr(mail->from, '@');
    char date[64], id[200];

    when_format(mail->date, NULL, "%a, %d %b %Y %H:%M:%S +0000", date,
                sizeof date);
    text_format(id, sizeof id, "<%s@%s>", mail->id,
                at != NULL ? at + 1 : "tradepost");
    add_header(out, "Date", date);
    add_header(out, "From", mail->from);
    for (size_t i = 0; i < mail->to_count; i++)
        add_header(out, "To", mail->to[i]);
    add_subject(out, mail->subject);
    add_header(out, "Message-ID", id);
    add_header(out, "Auto-Submitted", "auto-generated");
    add_header(out, "MIME-Version", "1.0");
    add_header(out, "Content-Type", "text/plain; charset=utf-8");
    add_header(out, "Content-Transfer-Encoding", "8bit");
    buf_adds(out, "\r\n");
    add_text(out, mail->text);
}

static size_t
hand_over(char *out, size_t one, size_t room, void *user)
{
    struct letter *letter = user;
    size_t size = letter->text.size - letter->at;

    if (size > one * room)
        size = one * room;
    memcpy(out, letter->text.text + letter->at, size);
    letter->at += size;
    letter->gone = letter->at == letter->text.size;
    return size;
}

/* ---- the exchange */

static bool
is_loopback(const char *host)
{
    return text_equal(host, "localhost") || text_starts(host, "127.") ||
           text_equal(host, "::1");
}

static void
aim(CURL *curl, const struct mail_server *server, char url[300])
{
    text_format(url, 300, "%s://%s:%ld",
                server->tls == MAIL_TLS ? "smtps" : "smtp", server->host,
                server->port);
    SET(curl, CURLOPT_URL, url);
    SET(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(curl, CURLOPT_USE_SSL,
        server->tls == MAIL_STARTTLS ? (long)CURLUSESSL_ALL
                                     : (long)CURLUSESSL_NONE);
    SET(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(curl, CURLOPT_NOSIGNAL, 1L);
    SET(curl, CURLOPT_PROXY, "");
    SET(curl, CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    SET(curl, CURLOPT_TIMEOUT_MS,
        server->total_ms > 0 ? server->total_ms : 30000L);
    if (server->ca_file != NULL)
        SET(curl, CURLOPT_CAINFO, server->ca_file);
    if (server->user != NULL) {
        SET(curl, CURLOPT_USERNAME, server->user);
        SET(curl, CURLOPT_PASSWORD, server->password);
    }
}

static bool
explain(const struct mail_server *server, CURLcode code, long reply, bool gone,
        const char *why, struct err *err)
{
    const char *what = why[0] != '\0' ? why : curl_easy_strerror(code);

    if (code == CURLE_LOGIN_DENIED)
        return err_set(err, TP5021, "%s: the sign-in was refused",
                       server->host);
    if (reply >= 500)
        return err_set(err, TP5010, "%s refused it with %ld: %.120s",
                       server->host, reply, what);
    if (gone && reply < 400)
        return err_set(err, TP5004, "%s did not say whether it took it: %.120s",
                       server->host, what);
    return err_set(err,
                   code == CURLE_PEER_FAILED_VERIFICATION ||
                           code == CURLE_USE_SSL_FAILED
                       ? TP5006
                       : TP5001,
                   "%s: %.160s", server->host, what);
}

bool
mail_send(const struct mail_server *server, const struct mail *mail,
          struct err *err)
{
    CLEANUP(close_curl) CURL *curl = NULL;
    CLEANUP(drop_list) struct curl_slist *to = NULL;
    struct letter letter = { 0 };
    char url[300], why[CURL_ERROR_SIZE] = "";
    long reply = 0;

    if (server->tls == MAIL_PLAIN && !is_loopback(server->host))
        return err_set(err, TP5011, "mail to %s would go without TLS",
                       server->host);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        (curl = curl_easy_init()) == NULL)
        return err_set(err, TP5001, "libcurl could not be started");
    for (size_t i = 0; i < mail->to_count; i++)
        to = curl_slist_append(to, mail->to[i]);
    write_letter(mail, &letter.text);
    aim(curl, server, url);
    SET(curl, CURLOPT_ERRORBUFFER, why);
    SET(curl, CURLOPT_MAIL_FROM, mail->from);
    SET(curl, CURLOPT_MAIL_RCPT, to);
    SET(curl, CURLOPT_UPLOAD, 1L);
    SET(curl, CURLOPT_READFUNCTION, hand_over);
    SET(curl, CURLOPT_READDATA, &letter);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    buf_free(&letter.text);
    return code == CURLE_OK ||
           explain(server, code, reply, letter.gone, why, err);
}
