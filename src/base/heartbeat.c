/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heartbeat.h"

#include <stddef.h>
#include <stdint.h>

#include "base/when.h"

static heartbeat_listener *listener;
static void *listener_user;
static int64_t heard;

void
heartbeat_hear(heartbeat_listener *hear, void *user)
{
    listener = hear;
    listener_user = user;
    heard = when_steady();
}

void
heartbeat(void)
{
    if (listener == NULL || when_steady() - heard < INT64_C(1000000000))
        return;
    heard = when_steady();
    listener(listener_user);
}
