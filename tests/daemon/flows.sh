#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Scenarios of tests/flow played by the daemon instead of `tradepost run`: what
# comes out is the same. Without arguments a share of them that touches every
# role (fewer with TP_FEW=1); TP_ALL=1 plays all that a daemon can play.
set -u
cd "$TP_SOURCE/tests/flow" || exit 99
names='order-out bill-in bill-held missing-item remittance-in drop-box
	nav-odata ack-rejected unknown-outcome faults-receipt metrics'
[ -z "${TP_FEW:-}" ] || names='order-out bill-in drop-box faults-receipt'
# two-runs: about a second foreground process; disk-low, endpoint-down: what a
# foreground run ends with; look-ahead: how often one process asks.
if [ "${TP_ALL:-}" ]; then
    names=$(ls -- *.scenario | sed 's/\.scenario$//' |
        grep -vxE 'two-runs|disk-low|endpoint-down|look-ahead')
fi
files=()
for name in $names; do
    files+=("$name.scenario")
done
TP_BY_DAEMON=1 exec python3 run_scenarios.py "${files[@]}"
