# balances.awk - a fund's balances, the same lines from two programs' JSON.
#
#   arrondi-verify OUT --vkey V --json      | awk -f balances.awk | sort
#   arrondi-report allocation S --format json | awk -f balances.awk | sort
#
# Each line: fund, and in cents pledged, received, committed, paid, available, overdrawn.
# What arrondi-verify lists by earmark is summed up; the report has it in two tables,
# "funds" and "commitments". Funds without any money are left out.

BEGIN { RS = "{" }

function has(name) { return index($0, "\"" name "\":") > 0 }

function number(name) {
	if (!match($0, "\"" name "\":-?[0-9]+"))
		return 0
	return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
}

function add(name) { sum[fund, name] += number(name) }

match($0, /"fund":"[a-z0-9-]+"/) {
	fund = substr($0, RSTART + 8, RLENGTH - 9)
	if (has("earmark") && has("overdrawn")) {
		add("received"); add("available")
		add("pledged"); add("committed"); add("paid"); add("overdrawn")
	} else if (has("available_start") && !has("earmark")) {
		add("received"); add("available")
	} else if (has("committed_start")) {
		add("pledged"); add("committed"); add("paid"); add("overdrawn")
	} else {
		next
	}
	funds[fund] = 1
}

END {
	for (fund in funds) {
		line = sprintf("%d %d %d %d %d %d", sum[fund, "pledged"], sum[fund, "received"],
			sum[fund, "committed"], sum[fund, "paid"], sum[fund, "available"],
			sum[fund, "overdrawn"])
		if (line != "0 0 0 0 0 0")
			print fund, line
	}
}
