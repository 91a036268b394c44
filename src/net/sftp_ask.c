/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "net/sftp_private.h"

void
sftp_ask_path(struct sftp *sftp, enum sftp_type type, struct sftp_job *job,
              uint64_t tag, const char *path)
{
    size_t begin = sftp_request(sftp, type, job, tag);

    sftp_add_text(sftp_out(sftp), path);
    sftp_request_end(sftp, begin);
}

void
sftp_ask_handle(struct sftp *sftp, enum sftp_type type, struct sftp_job *job,
                uint64_t tag, const struct sftp_handle *handle)
{
    size_t begin = sftp_request(sftp, type, job, tag);

    sftp_add_bytes(sftp_out(sftp), handle->bytes, handle->size);
    sftp_request_end(sftp, begin);
}

void
sftp_ask_open(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
              const char *path, uint32_t flags)
{
    size_t begin = sftp_request(sftp, SFTP_OPEN, job, tag);

    sftp_add_text(sftp_out(sftp), path);
    sftp_add_u32(sftp_out(sftp), flags);
    sftp_add_u32(sftp_out(sftp), 0); /* no attributes: the server's default */
    sftp_request_end(sftp, begin);
}

void
sftp_ask_rename(struct sftp *sftp, struct sftp_job *job, uint64_t tag,
                const char *from, const char *to, bool posix)
{
    size_t begin =
        sftp_request(sftp, posix ? SFTP_EXTENDED : SFTP_RENAME, job, tag);

    if (posix)
        sftp_add_text(sftp_out(sftp), "posix-rename@openssh.com");
    sftp_add_text(sftp_out(sftp), from);
    sftp_add_text(sftp_out(sftp), to);
    sftp_request_end(sftp, begin);
}

bool
sftp_keep_handle(struct sftp_handle *handle, const struct sftp_reply *reply)
{
    if (reply->bytes.size == 0 || reply->bytes.size > sizeof handle->bytes)
        return false;
    memcpy(handle->bytes, reply->bytes.at, reply->bytes.size);
    handle->size = reply->bytes.size;
    return true;
}

/* The server's words, fit for a sentence. */
static void
words_of(const struct sftp_reply *reply, char out[80])
{
    size_t size = reply->bytes.size < 79 ? reply->bytes.size : 79;

    memcpy(out, reply->bytes.at, size);
    out[size] = '\0';
    for (size_t i = 0; i < size; i++)
        if (!isprint((unsigned char)out[i]))
            out[i] = '?';
}

bool
sftp_refused(const struct sftp_reply *reply, const char *what, const char *path,
             struct err *err)
{
    char words[80];
    enum err_code code = reply->status == SFTP_NO_SUCH_FILE ||
                                 reply->status == SFTP_PERMISSION_DENIED
                             ? TP5041
                             : TP5042;

    words_of(reply, words);
    return err_set(err, code, "cannot %s %.150s: %s (status %u)", what, path,
                   words[0] != '\0' ? words : "no reason given", reply->status);
}
