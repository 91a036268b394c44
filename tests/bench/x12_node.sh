#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# x12_node.sh X12_BENCH: the same 850s through npm's node-x12, which cuts them
# into a tree and checks the envelope's counts, and through our full check.
# Looks for node-x12 as node does: in ./node_modules and in NODE_PATH.
set -eu
bench=$1 size=${2:-2}
if ! node -e 'require.resolve("node-x12")' 2>/dev/null; then
    echo "node-x12 is not installed here (npm install node-x12): skipped"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bench" --gen "$size" > "$work/orders.edi"
theirs=$(node -e '
const fs = require("fs"), { X12Parser } = require("node-x12");
const text = fs.readFileSync(process.argv[1], "utf8");
let best = 0;
for (let i = 0; i < 3; i++) {
    const start = process.hrtime.bigint(), before = process.cpuUsage();
    const groups = new X12Parser(true).parse(text).functionalGroups;
    const spent = process.cpuUsage(before);
    // By the clock, or by the processor if other work took some time.
    const seconds = Math.min(Number(process.hrtime.bigint() - start) / 1e9,
        (spent.user + spent.system) / 1e6);
    if (groups.length !== 1 || groups[0].transactions.length < 100)
        throw new Error("node-x12 did not find the orders");
    best = Math.max(best, text.length / 1e6 / seconds);
}
console.log(best.toFixed(2));' "$work/orders.edi")
ours=$("$bench" --quick "$size")
awk -v ours="$ours" -v theirs="$theirs" 'BEGIN {
    printf "node-x12 parses                    %7.2f MB/s\n", theirs
    printf "read with full checking            %7.0f MB/s %6.0f times as fast  (wanted: 100)\n",
        ours, ours / theirs }'
