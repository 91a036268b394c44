/* SPDX-License-Identifier: Apache-2.0 */
/* The reserve as the settings have it; apart, so that the journal can be used
 * without settings. */
#include "conf/conf.h"
#include "store/space.h"

struct reserve
reserve_of(const struct conf *conf)
{
    const struct conf_group *settings = conf_settings(conf);
    struct reserve usual = RESERVE_USUAL;

    return (struct reserve){
        conf_number(settings, "limits.reserve_percent", usual.percent),
        (int64_t)conf_number(settings, "limits.reserve_megabytes",
                             (long)(usual.bytes >> 20)) *
            1024 * 1024
    };
}
