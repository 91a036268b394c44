/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mem - a partner in memory, for tests: the kinds mem and flaky.
 *
 *   channel = { kind = "mem"; };
 *   channel_mem_offer(channel, "a.edi", bytes, size);      to be fetched
 *   channel_mem_sent(channel, "b.edi", &buf);              was it sent?
 *
 *   channel = { kind = "flaky"; seed = 7; retry = 20; unsure = 10;
 *               inner = { kind = "mem"; }; };
 *
 * flaky passes everything on to the channel inside it, except that by chance
 * (per cent, the same for the same seed) a call fails with RETRY, or a parcel
 * ends UNSURE: half of those have arrived. What is in mem is gone when it is
 * closed.
 */
#ifndef TP_CHANNEL_MEM_H
#define TP_CHANNEL_MEM_H

#include "channel/channel.h"

void channel_mem_offer(struct channel *, const char *name, const void *bytes,
                       size_t size);
/* False when no such file was sent; adds its bytes. */
bool channel_mem_sent(struct channel *, const char *name, struct buf *);
/* The partner takes it. */
void channel_mem_take(struct channel *, const char *name);
/* How many files lie there, of those sent and those still offered. */
size_t channel_mem_sent_count(struct channel *);
size_t channel_mem_offered_count(struct channel *);
/* The channel inside a flaky one. */
struct channel *channel_flaky_inner(struct channel *);

#endif
