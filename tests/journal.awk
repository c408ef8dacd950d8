# journal.awk - what stands on each account, out of arrondi-report's journal.
#
#   arrondi-report journal S | awk -f journal.awk | sort
#
# Each line: account, and in cents what it closes with, in the sense in which people
# read it: what is owed to us and what the bank holds are debits, all else is a credit.

/^[0-9-]+ \* / { delete closing } # the last entry closes
/^    / && / = / { closing[$1] = $(NF - 1) }

END {
	for (name in closing) {
		account = name
		sub(/^[a-z]+:/, "", account)
		amount = closing[name]
		sub(/\./, "", amount)
		if (account !~ /^(bank|account|receivable|transit|inkind)/)
			amount = -amount
		print account, amount + 0
	}
}
