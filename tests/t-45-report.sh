#!/usr/bin/env bash
# t-45-report.sh - arrondi-report from a ledger and from its export.
. "$(dirname "$0")/harness.sh"
. tests/foundation_rig.sh

report=arrondi-report
check "a foundation is made" make_foundation
check "a company gives, and the ledger is exported" make_gift

check "the board reads the allocation in French" sh -c "$report allocation '$LEDGER' >'$WORK/a.txt'"
check "with French amounts" grep -q $'1\u202f230,00\u00a0€' "$WORK/a.txt"
check "and the checkpoint that it stands on" grep -q "ledger.ftc93.example/2026" "$WORK/a.txt"
for format in text csv json html pdf xlsx svg png; do
	$report allocation "$LEDGER" --format $format >"$WORK/from-ledger"
	$report allocation "$WORK/export" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format" cmp "$WORK/from-ledger" "$WORK/from-export"
done
for format in hledger beancount ledger; do
	$report journal "$LEDGER" --format $format >"$WORK/from-ledger"
	$report journal "$WORK/export" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format journal" cmp "$WORK/from-ledger" "$WORK/from-export"
	check "which moves the money that arrived" grep -q "1230.00 EUR" "$WORK/from-ledger"
done
for format in text csv json; do
	for report_of in receivables "statement --member $COMPANY"; do
		# The words are meant to be words.
		# shellcheck disable=SC2086
		set -- $report_of
		$report "$1" "$LEDGER" "${@:2}" --format $format >"$WORK/from-ledger"
		$report "$1" "$WORK/export" "${@:2}" --format $format >"$WORK/from-export"
		check "ledger and export give the same $format $1" cmp "$WORK/from-ledger" "$WORK/from-export"
		check "with what is still owed" grep -qE "4[.,]?56" "$WORK/from-ledger"
		check "and the reference to pay it by" grep -qE "RF[0-9]{2}B[0-9]{8}" "$WORK/from-ledger"
	done
done
check "the treasurer reads it in French" sh -c "$report receivables '$LEDGER' | grep -q 'À relancer'"
check "a company that owes nothing has a statement" $report statement "$LEDGER" --member "$OTHER_COMPANY"
refuse "a statement of nobody is usage" 2 "needs --member" $report statement "$LEDGER"
refuse "a statement of who is no member is refused" 1 "not a member" \
	$report statement "$LEDGER" --member employer:000002022
refuse "receivables are of all members" 2 "takes no --member" $report receivables "$LEDGER" --member "$COMPANY"
refuse "a statement is of the whole ledger" 2 "takes no --from" \
	$report statement "$LEDGER" --member "$COMPANY" --from 2020-01-01
for format in text csv json; do
	$report minutes "$LEDGER" --format $format >"$WORK/from-ledger"
	$report minutes "$WORK/export" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format minutes" cmp "$WORK/from-ledger" "$WORK/from-export"
	check "which are not empty" test -s "$WORK/from-ledger"
done
for format in text csv json; do
	$report trace "$LEDGER" --member "$COMPANY" --format $format >"$WORK/from-ledger"
	$report trace "$WORK/export" --member "$COMPANY" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format trace" cmp "$WORK/from-ledger" "$WORK/from-export"
	check "which follows what was received" grep -qE "1.?230[.,]?00" "$WORK/from-ledger"
done
for format in text json pdf; do
	$report board-pack "$LEDGER" --format $format >"$WORK/from-ledger"
	$report board-pack "$WORK/export" --format $format >"$WORK/from-export"
	check "ledger and export give the same $format board pack" cmp "$WORK/from-ledger" "$WORK/from-export"
	check "which is not empty" test -s "$WORK/from-ledger"
done
check "it writes its rule" sh -c "$report trace '$LEDGER' --month '${TODAY%-*}' | grep -q 'premier entré, premier sorti'"
refuse "a trace is of one thing" 2 "of one thing" $report trace "$LEDGER"
refuse "and not of two" 2 "of one thing" $report trace "$LEDGER" --member "$COMPANY" --month 2026-01
refuse "what brings no money has no trace" 1 "not a contribution" $report trace "$LEDGER" --entry 0
refuse "minutes of days reversed are usage" 2 "ends before" \
	$report minutes "$LEDGER" --from 2021-01-01 --to 2020-12-31
refuse "a project must be named" 2 "needs --project" $report project "$LEDGER"
refuse "a project that nobody has recorded is refused" 1 "not a project" $report project "$LEDGER" --project lab
check "English is spoken" sh -c "$report allocation '$LEDGER' --lang en | grep -q '€1,230.00'"
check "a file is written whole" $report allocation "$LEDGER" --format csv --out "$WORK/a.csv"
check "as it would be printed" sh -c "$report allocation '$LEDGER' --format csv | cmp - '$WORK/a.csv'"
mkdir "$WORK/closed" && chmod 500 "$WORK/closed"
for format in html pdf xlsx; do
	check "a $format is written whole" $report allocation "$LEDGER" --format $format --out "$WORK/a.$format"
	check "as it would be piped" sh -c "$report allocation '$LEDGER' --format $format | cmp - '$WORK/a.$format'"
	refuse "a folder that is none is told" 2 "nowhere" \
		$report allocation "$LEDGER" --format $format --out "$WORK/nowhere/a.$format"
	refuse "a full disk is told" 2 "" sh -c "$report allocation '$LEDGER' --format $format >/dev/full"
	[ "$(id -u)" = 0 ] || refuse "a closed folder is told" 2 "closed" \
		$report allocation "$LEDGER" --format $format --out "$WORK/closed/a.$format"
done
check "and leaves no half file" sh -c "! ls '$WORK'/closed/* 2>/dev/null"
# A terminal is not shown what is no text: the report goes to a file of its name.
if command -v script >/dev/null; then
	on_terminal() {
		(cd "$WORK/tty" && script -qec "$report allocation '$LEDGER' --format pdf" /dev/null </dev/null)
	}
	mkdir "$WORK/tty"
	check "on a terminal a PDF goes to a file" on_terminal
	check "which is the report" cmp "$WORK/tty/allocation.pdf" "$WORK/a.pdf"
	refuse "and is not written over" 2 "--out" on_terminal
fi
check "a period is asked for" $report allocation "$LEDGER" --from 2020-01-01 --to 2020-12-31
for format in text csv json html pdf xlsx svg png; do
	check "in which nothing happened, as $format" sh -c \
		"$report allocation '$LEDGER' --from 2020-01-01 --to 2020-12-31 --format $format >'$WORK/nothing' && test -s '$WORK/nothing'"
done
refuse "a period that ends before it begins is refused" 2 "" \
	$report allocation "$LEDGER" --from 2021-01-01 --to 2020-12-31
refuse "a day that does not exist is refused" 2 "" $report allocation "$LEDGER" --from 2026-02-31
refuse "a report that does not exist is usage" 2 "help" $report weather "$LEDGER"
refuse "a format that it has not is usage" 2 "" $report allocation "$LEDGER" --format docx
refuse "nor a picture where there is no chart" 2 "" $report statement "$LEDGER" --member "$COMPANY" --format png
refuse "a folder that is neither is trouble" 2 "" $report allocation "$WORK"

printf 'x' | dd of="$WORK/export/tile/entries/000.p/$(ls "$WORK/export/tile/entries/000.p")" \
	bs=1 seek=40 conv=notrunc 2>/dev/null
refuse "no figure is drawn from an export that was changed" 1 "" $report allocation "$WORK/export"
check "--help and --version answer" sh -c "$report --help >/dev/null && $report --version | grep -q 1.0.0"
