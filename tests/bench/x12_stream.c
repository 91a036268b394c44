/* SPDX-License-Identifier: Apache-2.0 */
/* Files of any size, made as they are checked: time and memory. */
#include "x12_stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "x12_orders.h"

enum { STREAM_LEAST = 30000000, SLICE = 1000000, PIECE = 128 * 1024 };

/* Processor time of this process: others do not show in it. */
double
own_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The most that this process has used, in MB. */
static double
peak_memory(void)
{
    struct buf status = { 0 };
    struct err err = { 0 };
    double kilobytes = 0;

    if (file_read("/proc/self/status", 1 << 16, &status, &err)) {
        const char *line = strstr(buf_text(&status), "VmHWM:");
        kilobytes = line ? strtod(line + strlen("VmHWM:"), NULL) : 0;
    }
    buf_free(&status);
    return kilobytes / 1024;
}

/* A process of its own, so that its memory is its own. */
void
stream_apart(size_t megabytes)
{
    char number[24];

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        snprintf(number, sizeof number, "%zu", megabytes);
        execl("/proc/self/exe", "x12_bench", "--stream", number, NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

/* ns a segment: of the whole file, and of the quickest megabyte among the last
 * ones, in which other work on the machine shows least. */
struct cost {
    double all, best;
};

static double
cost_of(double seconds, uint64_t segments)
{
    return seconds * 1e9 / (double)(segments > 0 ? segments : 1);
}

/* Checks one file of that size, made as it is read. */
static struct cost
stream_once(size_t size, const struct x12_options *options,
            const struct x12_handler *handler)
{
    struct orders orders = { .newline = "\n", .seed = 850 };
    uint64_t fed = 0, slice_start = 0, slice_segments = 0;
    double spent = 0, before = 0;
    struct cost cost = { 0, 1e9 };

    struct x12_reader *reader = x12_reader_new(options, handler);
    orders_begin(&orders);
    for (bool more = true; more;) {
        while (orders.out.size < PIECE && fed + orders.out.size < size)
            orders_add(&orders);
        fed += orders.out.size;
        more = fed < size;
        if (!more)
            orders_close(&orders);
        double start = own_seconds();
        x12_feed(reader, orders.out.text, orders.out.size);
        spent += own_seconds() - start;
        buf_clear(&orders.out);
        if (fed - slice_start < SLICE && more)
            continue;
        double slice = cost_of(spent - before, orders.all - slice_segments);
        if (fed + STREAM_LEAST > size && slice < cost.best &&
            fed - slice_start >= SLICE / 2)
            cost.best = slice;
        before = spent;
        slice_start = fed;
        slice_segments = orders.all;
    }
    x12_end(reader, NULL);
    x12_reader_free(&reader);
    cost.all = cost_of(spent, orders.all);
    buf_free(&orders.out);
    return cost;
}

void
stream(size_t size, const struct x12_options *options,
       const struct x12_handler *handler)
{
    struct cost least = stream_once(size, options, handler);

    for (size_t done = size; done < STREAM_LEAST; done += size) {
        struct cost cost = stream_once(size, options, handler);
        least.all = cost.all < least.all ? cost.all : least.all;
        least.best = cost.best < least.best ? cost.best : least.best;
    }
    printf("%6.0f MB checked: %6.2f ns a segment, %6.2f at best near its end, "
           "%5.2f MB of memory at the peak (wanted: 4)\n",
           (double)size / 1e6, least.all, least.best, peak_memory());
}
