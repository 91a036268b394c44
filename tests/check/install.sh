#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `make install DESTDIR=...` puts somewhere works from there, with nothing
# of the source or the build; `make uninstall` leaves no file behind.
. "${TP_SOURCE:-.}/tests/cli/lib.sh"
root=$work/root prefix=$work/root/opt/tradepost
bin=$prefix/bin
export HOME=$work/home XDG_DATA_HOME=$work/data
mkdir "$HOME"
unset MAKEFLAGS MAKELEVEL MFLAGS
install_with() { make -s -C "$TP_BUILD" V=1 prefix=/opt/tradepost DESTDIR="$root" "$1" >"$work/said" 2>&1 || cat "$work/said"; }

is "make install is quiet about what went well" 0 "" install_with install-strip
mv "$root" "$work/moved"
prefix=$work/moved/opt/tradepost bin=$prefix/bin
has "the program tells its version" 0 "tradepost " "$bin/tradepost" version
ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$work/opened" -e trace=openat,execve "$bin/tradepost" demo >"$work/said" 2>&1
has "the demo runs from there" 0 "25 purchase orders (850)" cat "$work/said"
outside() { grep -v ENOENT "$work/opened" | grep -oE "\"($TP_SOURCE|$TP_BUILD)/[^\"]*\"" | sort -u; }
is "it opens nothing of the source or the build" 0 "" outside
sent=$(find "$work/data/tradepost/demo/partners" -name '*.edi' | sort | head -n 1)
has "edi check finds the guides" 0 "sets 1: 1 accepted, 0 rejected" "$bin/tradepost" edi check "$sent"
has "help finds its words" 0 "tradepost edi check" "$bin/tradepost" help edi check
is "--clean removes the demo" 0 "Removed $work/data/tradepost/demo" "$bin/tradepost" demo --clean
has "the manual is there" 0 "tradepost.1" ls "$prefix/share/man/man1"
has "the completion is there" 0 "tradepost" ls "$prefix/share/bash-completion/completions"
has "the examples are there" 0 "tradepost.conf" ls "$prefix/share/tradepost/examples"
mv "$work/moved" "$root"
is "make uninstall goes through" 0 "" install_with uninstall
is "and leaves no file" 0 "" find "$root" ! -type d
finish
