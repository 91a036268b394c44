/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sftp channel's two files: connection and sending, and fetching.
 */
#ifndef TP_CHANNEL_SFTP_PRIVATE_H
#define TP_CHANNEL_SFTP_PRIVATE_H

#include "channel/channel_private.h"
#include "net/sftp.h"

enum { REMOTE_PATH = 1024 };

/* A file fetched along with an earlier one of the listing. */
struct ahead {
    char name[256];
    int64_t size;
    struct buf bytes;
    bool got;
    struct err err;
};

struct sftp_state {
    const char *host, *user, *put, *get, *done, *done_file, *pattern, *temp;
    enum sftp_verify verify;
    enum channel_found absent;
    struct sftp *sftp; /* NULL = not connected */
    struct looks *looks;
    struct listed *listed; /* the last listing, for fetching ahead */
    size_t listed_count;
    struct ahead *ahead;
    size_t ahead_count;
    int64_t ahead_at; /* when_steady() */
};

/* Connects when there is no connection. */
bool sftp_ready(struct channel *, struct err *) MUST_USE;
/* The path of a name in a folder that the settings must have. */
bool sftp_path(char out[REMOTE_PATH], const char *folder, const char *what,
               const char *name, struct err *) MUST_USE;
void sftp_forget_ahead(struct sftp_state *);

bool sftp_channel_list(struct channel *, struct arena *, struct listing *,
                       struct err *);
bool sftp_channel_get(struct channel *, const struct listed *, struct buf *,
                      struct err *);
bool sftp_channel_get_file(struct channel *, const struct listed *, int file,
                           struct err *);
bool sftp_channel_remove(struct channel *, const struct listed *, struct err *);
bool sftp_channel_put(struct channel *, struct parcel *, size_t count,
                      const struct channel_ready *, struct err *);
bool sftp_channel_find(struct channel *, const char *name, size_t size,
                       enum channel_found *, struct err *);

#endif
