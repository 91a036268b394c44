#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libtradepost-x12 as a program outside the tree meets it: installed, found by
# pkg-config, one header, the C library alone beside it, nothing seen but x12_*.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
root=$work/root lib=$work/root/opt/tp/lib
unset MAKEFLAGS MAKELEVEL MFLAGS
make_with() { make -s -C "$TP_BUILD" V=1 prefix=/opt/tp DESTDIR="$root" "$1" >"$work/said" 2>&1 || cat "$work/said"; }
is "make install goes through" 0 "" make_with install
export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$lib/pkgconfig
flags=$(pkg-config --cflags --libs tradepost-x12)
guides=$root/opt/tp/share/tradepost
header=$root/opt/tp/include/tradepost-x12.h
cc=${CC:-cc}
sanitized=
if nm -D "$lib/libtradepost-x12.so" | grep -q __asan; then sanitized="-fsanitize=address,undefined"; cc=${CC:-clang}; fi
declared() { grep -oE '\bx12_[a-z0-9_]+\(' "$header" | tr -d '(' | sort -u; }
exported() { nm -D --defined-only "$lib/libtradepost-x12.so" | awk '$2 != "A" { print $3 }' | sort; }
static() { nm -g --defined-only "$lib/libtradepost-x12.a" | awk 'NF == 3 { print $3 }' | sort; }
needed() { readelf -d "$lib/libtradepost-x12.so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -v -e '^ld-' -e '^libc\.so'; true; }

is "pkg-config knows the release" 0 "$("$tradepost" version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)" pkg-config --modversion tradepost-x12
is "the shared library's own name carries the major number" 0 libtradepost-x12.so.0 bash -c "readelf -d '$lib/libtradepost-x12.so' | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'"
is "what the header declares is exported, with a version, and nothing else" 0 "$(declared | sed 's/$/@@TRADEPOST_X12_0/')" exported
[ -n "$sanitized" ] || {
    is "the static library shows the same names" 0 "$(declared)" static
    is "the C library is all it needs" 0 "" needed
}
header_alone() { "${@}" -Wall -Wextra -Werror -fsyntax-only "$header"; }
is "the header stands alone in C11" 0 "" header_alone "$cc" -std=c11 -Wpedantic -x c
command -v c++ >/dev/null && is "and in C++" 0 "" header_alone c++ -x c++

# $flags are words
# shellcheck disable=SC2086
build() { "$cc" $sanitized -Wall -Wextra -Werror "$@"; }
is "the example has thirty lines" 0 30 bash -c "wc -l < '$root/opt/tp/share/doc/tradepost/examples/x12_check.c'"
is "the example compiles against what was installed" 0 "" build "$root/opt/tp/share/doc/tradepost/examples/x12_check.c" $flags -o "$work/check"
export LD_LIBRARY_PATH=$lib
check() { "$work/check" "$guides" < "$1"; }
is "it passes a clean order" 0 "1 sets, 0 rejected" check "$TP_SOURCE/tests/x12/valid/sample_850/input.edi"
sed 's/BEG\*00/BEG*QQ/' "$TP_SOURCE/tests/x12/valid/sample_850/input.edi" > "$work/wrong.edi"
has "it tells what is wrong with another" 1 "BEG: found 'QQ'" check "$work/wrong.edi"
cat > "$work/peak.py" <<'E2'
import subprocess, sys, time
# A hundred million bytes of orders into the command; its output, and its peak of memory in MB.
lines = "".join("PO1*%d*40*CA*155.7**BP*70000*VN*BF-220~\nPID*F****COD FILLET 10 LB~\n" % n for n in range(1, 9))
order = "ST*850*%06d~\nBEG*00*SA*PO-%d**20251112~\nCUR*BY*USD~\n" + lines + "CTT*8~\nSE*21*%06d~\n"
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def put(text): child.stdin.write(text.encode())
put("ISA*00*          *00*          *ZZ*BLUEFISH01     *01*123456789      *251120*0858*U*00401*000000918*0*P*>~\n"
    "GS*PO*A*B*20251120*0858*918*X*004010~\n")
size = sets = 0
while size < 100 << 20:
    block = "".join(order % (n, n, n) for n in range(sets, sets + 1000))
    size, sets = size + len(block), sets + 1000
    put(block)
put("GE*%d*918~\nIEA*1*000000918~\n" % sets)
child.stdin.flush()
time.sleep(0.5)  # it has read all but the end by then, and its peak is its own, not what a fork left it
peak = next(line.split()[1] for line in open("/proc/%d/status" % child.pid) if line.startswith("VmHWM"))
child.stdin.close()
said = child.stdout.read().decode().strip()
child.wait()
print(said, sets, int(peak) / 1024)
E2
[ -n "$sanitized" ] || {
    run python3 "$work/peak.py" "$work/check" "$guides"
    echo "# a hundred megabytes: $output MB at most"
    is "a hundred megabytes are checked in four" 0 yes awk -v said="$output" 'BEGIN { split(said, w, " "); print (w[1] == w[5] && w[3] == 0 && w[6] > 1 && w[6] <= 4) ? "yes" : said }'
}
is "every part of the header is used from outside" 0 "" build "$TP_SOURCE/tests/x12/library_user.c" $flags -o "$work/user"
is "guides, overlays, acknowledgments, writing: all of it works" 0 "all is well" "$work/user" "$guides"
[ -n "$sanitized" ] || {
    is "it links with the static library" 0 "" build "$TP_SOURCE/tests/x12/library_user.c" ${flags% -l*} "$lib/libtradepost-x12.a" -o "$work/static"
    is "and runs without the shared one" 0 "all is well" env -u LD_LIBRARY_PATH "$work/static" "$guides"
}
is "the manual page is there" 0 "" test -s "$root/opt/tp/share/man/man3/libtradepost-x12.3"
is "make uninstall goes through" 0 "" make_with uninstall
is "and leaves no file" 0 "" find "$root" ! -type d
finish
