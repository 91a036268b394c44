/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>
#include <unistd.h>

#include "x12_fixture.h"

#define HEAD "BEG*00*SA*PO-1**20251112~"
#define LINE "PO1*1*40*CA*155.7**BP*70000~"

static const char *
order(const char *segments)
{
    struct x12_options options = fixture_options();

    return codes_of(read_text(wrap("PO", "850", segments), &options));
}

static void
accepts_a_sound_order(void)
{
    fixture_begin();
    guide = load_guide("850");
    CHECK_TEXT(order(HEAD LINE "CTT*1~"), "");
    x12_guide_free(&guide);
}

/* One fact a row: the segments of an 850, and what must be found. */
static const struct {
    const char *segments, *found;
} elements[] = {
    { "BEG*00*SA***20251112~" LINE, "AK403=1 BEG03 @2" },
    { "BEG*00*SA*P**20250230~" LINE, "AK403=8 BEG05 @2" },
    { "BEG*00*SA*P**202511~" LINE, "AK403=4 BEG05 @2" },
    { "BEG*00*SA*P**20240229~" LINE, "" },
    { "BEG*00*SA*P**20250229~" LINE, "AK403=8 BEG05 @2" },
    { "BEG*XX*SA*P**20251112~" LINE, "AK403=7 BEG01 @2" },
    { "BEG*00*SAX*P**20251112~" LINE, "AK403=5 BEG02 @2" },
    { HEAD "PO1*1*4O*CA*1~", "AK403=6 PO102 @3" },
    { HEAD "PO1*1*-123456789012345*CA*1~", "" },
    { HEAD "PO1*1*-12345678901234.5*CA*1~", "" },
    { HEAD "PO1*1*1234567890123456*CA*1~", "AK403=5 PO102 @3" },
    { HEAD "PO1*1*1.5E-3*CA*.5~", "" },
    { HEAD "PO1*1*1.2.3*CA*1~", "AK403=6 PO102 @3" },
    { HEAD "PO1*1*+1*CA*1~", "AK403=6 PO102 @3" },
    { HEAD "PO1*1*.*CA*1~", "AK403=6 PO102 @3" },
    { HEAD "PO1*1*40**1~", "" },
    { HEAD "PO1*1**CA*1~", "AK403=2 PO102 @3" },      /* C0302 */
    { HEAD "PO1*1*1*CA*1**BP~", "AK403=2 PO107 @3" }, /* P0607 */
    { HEAD "REF*DP~" LINE, "AK403=2 REF02 @3" },      /* R0203 */
    { HEAD "DTM*002*20251112*2460~" LINE, "AK403=9 DTM03 @3" },
    { HEAD "DTM*002*20251112*235959~" LINE, "" },
    { HEAD "TD5*O~" LINE, "AK403=2 TD502 @3" }, /* R0204050612 */
    { HEAD "REF*DP*1**2~" LINE, "AK403=4 REF04-1 @3;AK403=1 REF04-2 @3" },
    { HEAD "REF*DP*1**VN>22~" LINE, "" },
    { HEAD "REF*DP*1**VN>22>BM~" LINE, "AK403=2 REF04-4 @3" },
    { HEAD "REF*DP*1**VN>2>BM>3>PK>4>X~" LINE, "AK403=13 REF04-7 @3" },
    { HEAD "REF*DP*A>B~" LINE, "AK403=13 REF02 @3" },
    { HEAD "CUR*BY*USD*1.555*****************X***Q~" LINE,
      "AK403=2 CUR19 @3;AK403=4 CUR20 @3;AK403=3 CUR22 @3" },
    { HEAD "N1*ST*A\x01~" LINE, "AK403=6 N102 @3" },
    { HEAD "N1*ST*M\xC3\xBCLLER~" LINE, "charset_extended N102 @3" },
    { HEAD "FOB*CC*~" LINE, "trailing_separators FOB02 @3" },
};

static const struct {
    const char *segments, *found;
} places[] = {
    { LINE, "AK304=3 BEG @3" },
    { HEAD, "AK304=3 PO1 @3" },
    { HEAD "REF*DP*1~CUR*BY*USD~" LINE, "AK304=7 CUR @4" },
    { HEAD HEAD LINE, "AK304=5 BEG @3" },
    { HEAD "N3*STREET~" LINE, "AK304=2 N3 @3" },
    { HEAD "N1*ST*A~N4*AUSTIN~N3*S~" LINE, "AK304=7 N3 @5" },
    { HEAD "ZZ9*1~" LINE, "AK304=1 ZZ9 @3" },
    { HEAD "BIG*1~" LINE, "AK304=6 BIG @3" },
    { HEAD "*1~" LINE, "AK304=1  @3" },
    { HEAD LINE "N1*ST*A~N3*1~N3*2~N3*3~", "AK304=5 N3 @7" },
    { HEAD LINE "CTT*1~N1*ST*LATE~N3*STREET~", "AK304=7 N1 @5" },
    { HEAD LINE "PID*F****X~PID*F****Y~MEA*PD*WT*1~CTT*1~", "" },
    { HEAD LINE "LM*UC~CTT*1~", "AK304=3 LQ @5" },
    { HEAD "SAC*A*A010***100~CUR*BY*USD~SAC*C*A020***100~" LINE, "" },
};

static void
checks_elements(void)
{
    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        printf("# %s\n", elements[i].segments);
        CHECK_TEXT(order(elements[i].segments), elements[i].found);
    }
    x12_guide_free(&guide);
}

static void
checks_places(void)
{
    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        printf("# %s\n", places[i].segments);
        CHECK_TEXT(order(places[i].segments), places[i].found);
    }
    x12_guide_free(&guide);
}

static void
builds_the_tree(void)
{
    struct x12_options options = fixture_options();
    const char *text =
        wrap("PO", "850",
             HEAD "N1*ST*A~N3*S~N4*TX~" LINE "PID*F****X~" LINE "CTT*2~");

    fixture_begin();
    guide = load_guide("850");
    text = wrap("PO", "850",
                HEAD "N1*ST*A~N3*S~N4*TX~" LINE "PID*F****X~" LINE "CTT*2~");
    const struct x12_file *file = read_text(text, &options);
    const struct x12_result *result = file->interchanges->groups->results;
    const struct x12_node *beg = result->set->first, *n1 = beg->next;
    CHECK(x12_usable(result));
    CHECK_TEXT(beg->segment.id, "BEG");
    CHECK(beg->segment.position == 2 && beg->child == NULL);
    CHECK_TEXT(n1->child->segment.id, "N3");
    CHECK_TEXT(n1->child->next->segment.id, "N4");
    CHECK(n1->child->parent == n1 && n1->child->next->next == NULL);
    CHECK_TEXT(n1->next->child->segment.id, "PID");
    CHECK(n1->next->next->child == NULL);
    CHECK(x12_is(x12_get(&n1->next->segment, 4), "155.7"));
    CHECK(x12_get(&n1->next->segment, 9).size == 0);
    CHECK(result->set->segments == 10);
    CHECK(memcmp(text + result->set->offset, "ST*850", 6) == 0);
    CHECK(memcmp(text + result->set->offset + result->set->size - 5, "0001~",
                 5) == 0);
    CHECK(memcmp(text + n1->segment.offset, "N1*ST", 5) == 0);
    x12_guide_free(&guide);
}

/* "S(O(I I) O(I))" from an 856's levels. */
static void
show(struct buf *out, const struct x12_node *node)
{
    for (; node != NULL; node = node->next) {
        if (strcmp(node->segment.id, "HL") != 0)
            continue;
        struct x12_element code = x12_get(&node->segment, 3);
        buf_add(out, code.text, code.size);
        buf_addc(out, '(');
        show(out, node->child);
        buf_addc(out, ')');
    }
}

static const struct {
    const char *segments, *tree, *found;
} hierarchies[] = {
    { "HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~HL*5*3*I~HL*6*1*O~HL*7*6*I~",
      "S(O(P(I()I()))O(I()))", "" },
    { "HL*1**S~HL*2*1*O~HL*3*1*O~HL*4*2*I~HL*5*3*I~", "S(O(I())O(I()))", "" },
    { "HL*1**S~HL*2**O~HL*3**P~HL*4**I~HL*5**O~HL*6**I~", "S(O(P(I()))O(I()))",
      "hl_parent_missing HL02 @4" },
    { "HL*1**S~HL*2*9*O~", "S()O()", "AK403=7 HL02 @4" },
    { "HL*1**S~HL*1*1*O~", "S(O())", "AK403=7 HL01 @4" },
    { "HL*1*2*S~HL*2**O~", "S()O()", "AK403=7 HL02 @3" },
    { "HL*1*1*S~", "S()", "AK403=7 HL02 @3" },
};

static void
nests_levels(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("856");
    for (size_t i = 0; i < sizeof hierarchies / sizeof *hierarchies; i++) {
        const char *text =
            wrap("SH", "856",
                 arena_printf(arena, "BSN*00*ASN1*20251117*1432~%s",
                              hierarchies[i].segments));
        const struct x12_file *file = read_text(text, &options);
        struct buf out = { 0 };
        show(&out, file->interchanges->groups->results->set->first);
        printf("# %s\n", hierarchies[i].segments);
        CHECK_TEXT(buf_text(&out), hierarchies[i].tree);
        CHECK_TEXT(codes_of(file), hierarchies[i].found);
        buf_free(&out);
    }
    x12_guide_free(&guide);
}

static void
follows_the_structure_that_bsn05_states(void)
{
    struct x12_options options = fixture_options();
    struct buf out = { 0 };

    fixture_begin();
    guide = load_guide("856");
    const struct x12_file *file = read_text(
        wrap("SH", "856",
             "BSN*00*ASN1*20251117*1432*0002~HL*1**S~HL*2**O~HL*3**I~HL*4**P~"),
        &options);
    show(&out, file->interchanges->groups->results->set->first);
    CHECK_TEXT(buf_text(&out), "S(O(I(P())))");
    buf_free(&out);
    x12_guide_free(&guide);
}

static void
lets_partners_decide(void)
{
    struct x12_options options = fixture_options();
    enum x12_tolerance sin;
    const char *text;

    fixture_begin();
    guide = load_guide("850");
    text = wrap("PO", "850", HEAD "ZZ9*1~FOB*CC*~" LINE);
    CHECK_TEXT(codes_of(read_text(text, &options)),
               "AK304=1 ZZ9 @3;trailing_separators FOB02 @4");
    CHECK(x12_tolerance_by_name("unknown_segment", &sin));
    options.tolerance[sin] = X12_IGNORE;
    CHECK(x12_tolerance_by_name("trailing_separators", &sin));
    options.tolerance[sin] = X12_REJECT;
    CHECK_TEXT(codes_of(read_text(text, &options)), "AK403=3 FOB02 @4");
    CHECK(!x12_tolerance_by_name("kindness", &sin));
    options.on_error = X12_WITH_ERRORS;
    const struct x12_file *file = read_text(text, &options);
    CHECK(file->interchanges->groups->results->verdict == X12_WITH_ERRORS);
    CHECK(file->interchanges->groups->verdict == X12_WITH_ERRORS);
    x12_guide_free(&guide);
}

static void
a_bad_set_harms_no_neighbour(void)
{
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    const struct x12_file *file =
        read_text(ISA "GS*PO*A*B*20251120*0858*1*X*004010~"
                      "ST*850*0001~" HEAD LINE "SE*4*0001~"
                      "ST*850*0002~" LINE "ST*850*0003~" HEAD LINE "SE*4*0003~"
                      "ST*850*0003~" HEAD LINE "SE*4*0003~"
                      "GE*4*1~IEA*1*918~",
                  &options);
    CHECK_TEXT(codes_of(file), "AK502=2;AK502=23 ST @1");
    const struct x12_group *group = file->interchanges->groups;
    CHECK(group->verdict == X12_PARTLY && group->accepted == 2);
    CHECK(group->results->verdict == X12_ACCEPTED);
    CHECK(group->results->next->set == NULL);
    CHECK(group->results->next->next->verdict == X12_ACCEPTED);
    CHECK(file->totals.sets == 4 && file->totals.rejected == 2);
    x12_guide_free(&guide);
}

/* Every start of a file, ending at a page that faults. */
static void
never_reads_over_the_end(void)
{
    struct x12_options options = fixture_options();
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    fixture_begin();
    guide = load_guide("850");
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    const char *text = wrap("PO", "850", HEAD LINE);
    size_t size = strlen(text);
    for (size_t cut = 0; cut <= size; cut++) {
        struct arena *once = arena_new();
        char *at = pages + page - cut;
        memcpy(at, text, cut);
        const struct x12_totals totals =
            x12_read(once, at, cut, &options)->totals;
        CHECK(totals.bytes == cut);
        CHECK(totals.documents + totals.spaces + totals.junk == cut);
        arena_free(&once);
    }
    munmap(pages, 2 * page);
    x12_guide_free(&guide);
}

/* ISA11 separates repetitions since 00402, and only if it is a sign. */
static void
knows_repetitions_by_version(void)
{
    static const struct {
        const char *eleven_twelve, *found;
    } versions[] = { { "*U*00401", "" },
                     { "*^*00401", "" },
                     { "*^*00501", "AK403=12 REF02 @3" },
                     { "*U*00501", "" } };
    struct x12_options options = fixture_options();

    fixture_begin();
    guide = load_guide("850");
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        char *text =
            arena_strdup(arena, wrap("PO", "850", HEAD "REF*DP*A^B~" LINE));
        memcpy(strstr(text, "*U*00401"), versions[i].eleven_twelve, 8);
        CHECK_TEXT(codes_of(read_text(text, &options)), versions[i].found);
    }
    x12_guide_free(&guide);
}

static void
bounds_what_it_keeps(void)
{
    struct x12_options options = fixture_options();
    struct buf many = { 0 };

    fixture_begin();
    guide = load_guide("850");
    for (int i = 0; i < 1000; i++)
        buf_adds(&many, "ZZ9*1~");
    options.max_findings = 10;
    const struct x12_file *file =
        read_text(wrap("PO", "850", buf_text(&many)), &options);
    const struct x12_result *result = file->interchanges->groups->results;
    int kept = 0;
    for (const struct x12_finding *f = result->findings; f; f = f->next)
        kept++;
    CHECK(kept == 10 && result->count == 1002);
    options.max_segment = 200;
    buf_clear(&many);
    for (int i = 0; i < 1000; i++)
        buf_addc(&many, 'A');
    file = read_text(wrap("PO", "850", buf_text(&many)), &options);
    CHECK(file->interchanges->verdict == X12_REJECTED);
    CHECK(file->totals.documents == file->totals.bytes);
    buf_free(&many);
    x12_guide_free(&guide);
}

int
main(void)
{
    RUN(accepts_a_sound_order);
    RUN(checks_elements);
    RUN(checks_places);
    RUN(builds_the_tree);
    RUN(nests_levels);
    RUN(follows_the_structure_that_bsn05_states);
    RUN(lets_partners_decide);
    RUN(a_bad_set_harms_no_neighbour);
    RUN(never_reads_over_the_end);
    RUN(knows_repetitions_by_version);
    RUN(bounds_what_it_keeps);
    arena_free(&arena);
    return test_end();
}
