/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the listeners: door and desk. */
#include "conf/settings.h"

static const char *const scheme_words[] = { "hmac-sha256", "bearer", "header",
                                            "basic",       "query",  NULL };
static const char *const encoding_words[] = { "base64", "hex", NULL };

static const struct setting hook_settings[] = {
    { .name = "name",
      .about = "the hook answers to POST /hook/NAME",
      .required = true },
    { .name = "system",
      .about = "whose word is a hint to read this system now" },
    { .name = "partner",
      .about = "whose files come here, as they come to its drop box" },
    { .name = "scheme",
      .about = "how callers prove that they know the secret: hmac-sha256 over "
               "the bytes that came, bearer, basic, a header or, in the "
               "address, a query parameter that holds it",
      .choices = scheme_words,
      .fallback = "hmac-sha256" },
    { .name = "secret",
      .type = SETTING_SECRET,
      .about = "the secret; while it changes over, NAME.former holds, too",
      .required = true },
    { .name = "user", .about = "with basic: the user's name" },
    { .name = "header",
      .about = "the header with the signature (X-Signature), or with the "
               "secret (X-Webhook-Secret); with query the parameter (key)" },
    { .name = "encoding",
      .about = "how the signature is written",
      .choices = encoding_words,
      .fallback = "base64" },
    { .name = "prefix",
      .about = "what stands before the signature, such as sha256=" },
    { .name = "timestamp",
      .about = "the header with the time of sending: seconds or milliseconds "
               "since 1970, or a date and time" },
    { .name = "tolerance",
      .type = SETTING_DURATION,
      .about = "how far that time may be from ours",
      .fallback = "5m" },
    { .name = "signed",
      .about = "what is signed; {body} when not said, {timestamp}.{body} "
               "with a timestamp" },
    { .name = "delivery",
      .about = "the header with the id of the delivery; the same id again has "
               "no effect. When not said, the same bytes are known again" },
    { .name = "types",
      .type = SETTING_TEXTS,
      .about = "the media types taken; JSON from a system, EDI and text from "
               "a partner when not said" },
    { .name = "body_bytes",
      .type = SETTING_NUMBER,
      .about = "a larger body is refused; 1 MB from a system, "
               "limits.file_bytes from a partner when not said" },
    { .name = "handshake",
      .type = SETTING_FLAG,
      .about = "give the parameter validationToken back, as Business Central "
               "wants it",
      .fallback = "false" },
    { .name = "answer",
      .type = SETTING_NUMBER,
      .about = "the status of what is taken: 200, 202 or 204",
      .fallback = "202" },
    { 0 }
};

const struct setting settings_door[] = {
    { .name = "listen",
      .about = "address and port",
      .fallback = "0.0.0.0:8443" },
    { .name = "certificate",
      .about = "PEM file with the certificate and its chain; without one there "
               "is no TLS, and a proxy in front must do it" },
    { .name = "key",
      .type = SETTING_SECRET,
      .about = "the certificate's private key, PEM" },
    { .name = "proxies",
      .type = SETTING_TEXTS,
      .about = "addresses of our own proxies; only from these is "
               "X-Forwarded-For believed" },
    { .name = "bad_most",
      .type = SETTING_NUMBER,
      .about = "so many bad requests of one source within a minute, and it is "
               "answered 429 for the penalty",
      .fallback = "10" },
    { .name = "penalty",
      .type = SETTING_DURATION,
      .about = "how long",
      .fallback = "5m" },
    { .name = "patience",
      .type = SETTING_DURATION,
      .about = "a request that is not whole after this long is cut off",
      .fallback = "60s" },
    { .name = "connections",
      .type = SETTING_NUMBER,
      .about = "at the same time",
      .fallback = "200" },
    { .name = "per_source",
      .type = SETTING_NUMBER,
      .about = "of them from one address; not behind proxies",
      .fallback = "20" },
    { .name = "hooks",
      .type = SETTING_GROUPS,
      .about = "who is heard, and how it proves itself",
      .members = hook_settings },
    { 0 }
};

const struct setting settings_desk[] = {
    { .name = "listen",
      .about = "address and port",
      .fallback = "127.0.0.1:8080" },
    { .name = "anywhere",
      .type = SETTING_FLAG,
      .about = "listen may be an address that others reach; the figures name "
               "partners and amounts",
      .fallback = "false" },
    { 0 }
};
