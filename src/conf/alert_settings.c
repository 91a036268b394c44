/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of alerts: who is told of incidents. */
#include "conf/settings.h"

static const char *const tls_words[] = { "starttls", "tls", "none", NULL };
static const char *const form_words[] = { "json", "slack", "teams", NULL };

static const struct setting smtp_settings[] = {
    { .name = "host", .about = "the mail server" },
    { .name = "port",
      .type = SETTING_NUMBER,
      .about = "its port",
      .fallback = "587" },
    { .name = "tls",
      .about = "starttls, tls from the first byte, or none, to this machine "
               "alone",
      .choices = tls_words,
      .fallback = "starttls" },
    { .name = "ca_file",
      .about = "PEM file with the authorities to trust; the system's when not "
               "said" },
    { .name = "user", .about = "signs in with this name" },
    { .name = "secret", .type = SETTING_SECRET, .about = "the password" },
    { .name = "from",
      .about = "the sender's address",
      .fallback = "tradepost@localhost" },
    { 0 }
};

static const struct setting webhook_settings[] = {
    { .name = "url",
      .type = SETTING_SECRET,
      .about = "the address to post to; a secret, since who knows it may post",
      .required = true },
    { .name = "form",
      .about = "json, or what Slack or a workflow of Teams takes",
      .choices = form_words,
      .fallback = "json" },
    { 0 }
};

static const struct setting quiet_settings[] = {
    { .name = "from",
      .type = SETTING_CLOCK,
      .about = "such as 22:00, in the company's zone" },
    { .name = "to", .type = SETTING_CLOCK, .about = "such as 06:30" },
    { 0 }
};

const struct setting settings_alerts[] = {
    { .name = "mail",
      .type = SETTING_TEXTS,
      .about = "who is told of incidents by mail; needs smtp" },
    { .name = "smtp",
      .type = SETTING_GROUP,
      .about = "the server that takes the mail",
      .members = smtp_settings },
    { .name = "webhooks",
      .type = SETTING_GROUPS,
      .about = "chats and others that are told",
      .members = webhook_settings },
    { .name = "syslog",
      .type = SETTING_FLAG,
      .about = "tell the system's log (under systemd the journal has the same "
               "lines anyway)",
      .fallback = "false" },
    { .name = "syslog_socket",
      .type = SETTING_TEXT,
      .about = "where the system's log listens",
      .fallback = "/dev/log" },
    { .name = "quiet",
      .type = SETTING_GROUP,
      .about = "the hours in which only severity 1 is told; the rest waits, "
               "and what is over by then is never told",
      .members = quiet_settings },
    { .name = "held",
      .type = SETTING_DURATION,
      .about = "a document held for longer is an incident",
      .fallback = "4h" },
    { .name = "every",
      .type = SETTING_DURATION,
      .about = "how often it is looked whether something is wrong",
      .fallback = "1m" },
    { 0 }
};
