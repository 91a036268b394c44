/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel_fixture - one channel, opened from settings.
 *
 *   fixture_begin();
 *   CHECK_OK(open_as("kind = \"mem\";"), &err);
 *   find("a.edi", 5); look();
 *   channel_close(&channel);
 */
#ifndef TP_TESTS_UNIT_CHANNEL_FIXTURE_H
#define TP_TESTS_UNIT_CHANNEL_FIXTURE_H

#include "channel/channel_private.h"
#include "channel/mem.h"
#include "conf_fixture.h"

static struct channel *channel;

static inline bool
secret(void *user, const char *name, struct buf *out, struct err *failed)
{
    (void)user, (void)failed;
    buf_adds(out, text_equal(name, "secret:cleo") ? "p&w" : "");
    return true;
}

static const struct channel_secrets secrets = { secret, NULL, NULL };

/* Opens the channel of a partner whose file says so. */
static inline bool
open_as(const char *settings)
{
    char partner[1024];

    channel_close(&channel);
    text_format(partner, sizeof partner,
                "name = \"Acme\"; isa = \"ZZ:ACME\"; gs = \"ACME\";\n"
                "channel = { %s };\n",
                settings);
    CHECK_OK(load(COMPANY, partner), &err);
    if (problems_errors(found) > 0)
        printf("# %s\n", said());
    return channel_open(
        &channel, conf_sub(partner_by_code(conf, "ACME")->group, "channel"),
        &secrets, &err);
}

static inline struct listing
look(void)
{
    struct listing listing;

    CHECK_OK(channel->ops->list(channel, arena, &listing, &err), &err);
    return listing;
}

static inline enum channel_found
find(const char *name, size_t size)
{
    enum channel_found answer = FOUND_UNKNOWN;

    CHECK_OK(channel->ops->find(channel, name, size, &answer, &err), &err);
    return answer;
}

#endif
