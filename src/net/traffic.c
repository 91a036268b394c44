/* SPDX-License-Identifier: Apache-2.0 */
#include "net/traffic.h"

static struct traffic_count *
count_of(struct traffic *traffic, long status)
{
    for (size_t i = 0; i < traffic->kinds; i++)
        if (traffic->counts[i].status == status)
            return &traffic->counts[i];
    if (traffic->kinds == TRAFFIC_KINDS)
        return &traffic->counts[TRAFFIC_KINDS - 1];
    struct traffic_count *new = &traffic->counts[traffic->kinds++];
    *new = (struct traffic_count){ status, 0 };
    return new;
}

/* Two that ask for the same minute ask for one. */
static void
add_wait(struct traffic *traffic, moment wait)
{
    moment now = when_now(), until = now + wait;
    moment from =
        traffic->throttled_until > now ? traffic->throttled_until : now;

    if (until <= from)
        return;
    traffic->throttled_ms += until - from;
    traffic->throttled_until = until;
}

void
traffic_answer(struct traffic *traffic, long status, long retry_after_seconds)
{
    count_of(traffic, status)->requests++;
    if (status == 429 || status == 503)
        add_wait(traffic, (moment)retry_after_seconds * 1000);
    traffic->news = true;
}

static void
note_end(struct traffic *traffic, moment *ends, moment at)
{
    traffic->news = traffic->news || *ends != at;
    *ends = at;
}

void
traffic_token(struct traffic *traffic, moment ends)
{
    note_end(traffic, &traffic->token_ends, ends);
}

void
traffic_certificate(struct traffic *traffic, moment ends)
{
    note_end(traffic, &traffic->certificate_ends, ends);
}

void
traffic_taken(struct traffic *traffic)
{
    traffic->kinds = 0;
    traffic->throttled_ms = 0;
    traffic->news = false;
}
