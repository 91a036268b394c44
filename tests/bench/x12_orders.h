/* SPDX-License-Identifier: Apache-2.0 */
/* Valid 850s of 004010 without end, the same every time. */
#ifndef TP_TESTS_BENCH_X12_ORDERS_H
#define TP_TESTS_BENCH_X12_ORDERS_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

struct orders {
    struct buf out;
    const char *newline; /* after each terminator */
    uint64_t seed;
    unsigned number;   /* of the last set */
    unsigned segments; /* of the set at hand */
    uint64_t all;      /* segments, envelope included */
};

static inline unsigned
orders_random(struct orders *orders, unsigned below)
{
    orders->seed = orders->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(orders->seed >> 33) % below;
}

static inline void
orders_end(struct orders *orders)
{
    buf_addc(&orders->out, '~');
    buf_adds(&orders->out, orders->newline);
    orders->segments++;
    orders->all++;
}

#define ORDERS_ADD(orders, ...)                \
    do {                                       \
        buf_addf(&(orders)->out, __VA_ARGS__); \
        orders_end(orders);                    \
    } while (0)

static inline void
orders_begin(struct orders *orders)
{
    ORDERS_ADD(orders, "ISA*00*          *00*          *ZZ*BENCH          *ZZ*"
                       "RECEIVER       *250115*1200*U*00401*000000001*0*P*>");
    ORDERS_ADD(orders, "GS*PO*BENCH*RECEIVER*20250115*1200*1*X*004010");
}

static inline void
orders_lines(struct orders *orders, unsigned lines)
{
    static const char *const units[] = { "EA", "CA", "BX", "DZ", "LB" };
    static const char *const things[] = {
        "FROZEN COD FILLET 10LB", "SALMON PORTION 6OZ",    "SHRIMP 16/20 2LB",
        "CLAM CHOWDER BASE 4/1G", "TUNA LOIN SUSHI GRADE", "LEMON PEPPER RUB",
    };

    for (unsigned i = 1; i <= lines; i++) {
        ORDERS_ADD(orders, "PO1*%u*%u*%s*%u.%02u**BP*%06u*VP*V%07u*UP*0%011u",
                   i, 1 + orders_random(orders, 400), units[i % 5],
                   orders_random(orders, 200), orders_random(orders, 100),
                   orders_random(orders, 999999),
                   orders_random(orders, 9999999),
                   orders_random(orders, 999999999));
        ORDERS_ADD(orders, "PID*F****%s", things[i % 6]);
        if (i % 4 == 0)
            ORDERS_ADD(orders, "SAC*A*C310***%u",
                       1 + orders_random(orders, 9999));
    }
}

static inline void
orders_party(struct orders *orders, const char *role)
{
    static const char *const names[] = { "HARBOR FOODS INC", "COASTAL MARKETS",
                                         "NORTH PIER SUPPLY LLC" };

    ORDERS_ADD(orders, "N1*%s*%s*92*%04u", role,
               names[orders_random(orders, 3)], orders_random(orders, 10000));
    ORDERS_ADD(orders, "N3*%u MAIN STREET*SUITE %u",
               100 + orders_random(orders, 900), orders_random(orders, 90));
    ORDERS_ADD(orders, "N4*BOSTON*MA*021%02u*US", orders_random(orders, 100));
}

static inline void
orders_add(struct orders *orders)
{
    unsigned n = ++orders->number, lines = 1 + orders_random(orders, 20);

    orders->segments = 0;
    ORDERS_ADD(orders, "ST*850*%09u", n);
    ORDERS_ADD(orders, "BEG*00*SA*PO%08u**2025%02u%02u", n, 1 + n % 12,
               1 + n % 28);
    ORDERS_ADD(orders, "CUR*BY*USD");
    ORDERS_ADD(orders, "REF*DP*%03u", n % 1000);
    ORDERS_ADD(orders, "PER*BD*JOHN SMITH*TE*5551234567");
    ORDERS_ADD(orders, "FOB*CC");
    ORDERS_ADD(orders, "ITD*01*3*2**10**30*****2 PCT 10 NET 30");
    ORDERS_ADD(orders, "DTM*002*2025%02u%02u", 1 + (n + 1) % 12, 1 + n % 28);
    ORDERS_ADD(orders, "TD5*O*2*UPSN*M*GROUND");
    orders_party(orders, "BY");
    orders_party(orders, "ST");
    orders_lines(orders, lines);
    ORDERS_ADD(orders, "CTT*%u", lines);
    ORDERS_ADD(orders, "SE*%u*%09u", orders->segments + 1, n);
}

static inline void
orders_close(struct orders *orders)
{
    ORDERS_ADD(orders, "GE*%u*1", orders->number);
    ORDERS_ADD(orders, "IEA*1*000000001");
}

#endif
