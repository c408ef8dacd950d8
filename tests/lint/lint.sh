#!/bin/bash
# The rules of this house that a compiler cannot see.
#
#   tests/lint/lint.sh [RULE...]      all rules without one; BIN=folder of programs
#
# Each rule is a function rule_NAME that prints the lines at fault, and nothing
# when there are none. tests/lint/selftest.sh plants a fault for each of them
# and expects it to be found: a rule that was never seen to fail is not a rule.
set -u
shopt -s nullglob
export LC_ALL=C.UTF-8

FILE_LINES_MAX=600
TEST_LINES_MAX=900
FUNCTION_LINES_MAX=70

FOLDERS=(keys ledger reports gateway)
BIN=${BIN:-build/bin}

sources=() # ours that become programs
for folder in "${FOLDERS[@]}"; do
	sources+=("$folder"/*.[ch] "$folder"/*.def)
done
tests=(tests/*.[ch] tests/model/*.[ch])
scripts=(tests/*.sh tests/stories/*.sh tests/lint/*.sh .ci/*)
papers=(Makefile ./*.md {keys,ledger,reports,gateway,tests}/*.md tests/bench/*.md gateway/*.conf* tests/demo/*)

# grep with the file's name even for one file, and never on standard input.
find_in() { # regex file...
	local regex=$1
	shift
	[ $# = 0 ] || grep -nHE -- "$regex" "$@"
}

# The files without comments, strings and character constants, as
# "file:line:code", so that a rule judges code and not prose.
code_of() { # file...
	[ $# = 0 ] || perl -0777 -ne '
		s{/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])*\x27}
		 { my $lines = $&; $lines =~ tr/\n//cd; " $lines" }gse;
		my $n = 0;
		print "$ARGV:", ++$n, ":$_\n" for split /\n/;' "$@"
}

# Lines of "file:line:text" whose file is none of these patterns.
except() { # pattern...
	local line file pattern kept
	while IFS= read -r line; do
		file=${line%%:*} kept=yes
		for pattern in "$@"; do
			# The patterns are meant as patterns.
			# shellcheck disable=SC2053
			[[ $file == $pattern ]] && kept=
		done
		[ -z "$kept" ] || printf '%s\n' "$line"
	done
}

# keys < ledger < {gateway, reports}; nobody looks into another folder's
# internals; ours are named from the root, and tests are nobody's library.
rule_layers() {
	find_in '#[[:space:]]*include "(ledger|gateway|reports|tests)/' keys/*.[ch] keys/*.def
	find_in '#[[:space:]]*include "(gateway|reports|tests)/' ledger/*.[ch] ledger/*.def
	find_in '#[[:space:]]*include "(reports|tests)/' gateway/*.[ch] gateway/*.def
	find_in '#[[:space:]]*include "(gateway|tests)/' reports/*.[ch] reports/*.def
	find_in '#[[:space:]]*include "keys/[a-z_]*_int\.h"' {ledger,gateway,reports}/*.[ch]
	find_in '#[[:space:]]*include "ledger/[a-z_]*_int\.h"' {gateway,reports}/*.[ch]
	find_in '#[[:space:]]*include "' "${sources[@]}" "${tests[@]}" |
		grep -vE 'include "((keys|ledger|gateway|reports|tests)/|tests/model/)[^/"]+"'
	# The model would prove nothing if it knew the ledger.
	find_in '#[[:space:]]*include "(keys|ledger|gateway|reports)/' tests/model/*.[ch]
	find_in '#[[:space:]]*include "tests/' tests/model/*.[ch] | grep -v '"tests/model/'
}

# Each foreign library has a door, and only the door knows it. A folder-private
# header of the door may name the library's types.
rule_doors() {
	local header='#[[:space:]]*include [<"]'
	find_in "${header}openssl/" "${sources[@]}" | except 'keys/*.c' 'keys/*_int.h'
	find_in "${header}sqlite3" "${sources[@]}" | except 'ledger/store*.c' 'ledger/store*_int.h' gateway/box.c
	find_in "${header}jansson" "${sources[@]}" |
		except ledger/intake.c 'gateway/json*.c' 'gateway/json*_int.h'
	find_in "${header}curl/" "${sources[@]}" | except 'gateway/post_*.c' 'gateway/post_*_int.h'
	find_in "${header}microhttpd" "${sources[@]}" | except 'gateway/http*.c' 'gateway/http*_int.h'
	find_in "${header}ini\.h" "${sources[@]}" | except 'gateway/config*.c'
	find_in "${header}expat\.h" "${sources[@]}" | except 'gateway/xml_reader*.c'
	find_in "${header}(cairo|pango|fontconfig|ft2build|freetype|glib)" "${sources[@]}" |
		except 'reports/draw*.c' 'reports/draw*_int.h' 'reports/render_pdf*.c' 'reports/render_pdf*_int.h'
	find_in "${header}(xlsxwriter|zlib)" "${sources[@]}" | except 'reports/render_xlsx*.c'
	find_in "${header}qrencode" "${sources[@]}" | except 'reports/qr.c'
	find_in "${header}cmocka" "${sources[@]}"
}

# The number inside struct cents is money.c's; a line that must touch it says why.
rule_money() {
	find_in '\braw_cents\b' "${sources[@]}" "${tests[@]}" | except 'ledger/money.[ch]' |
		grep -v '/\* Raw: '
}

# Integers only; drawing is not accounting, and a spreadsheet has no other numbers.
rule_float() {
	code_of "${sources[@]}" | except 'reports/draw*' 'reports/render_pdf*' 'reports/render_xlsx*' |
		grep -vE ':#pragma GCC poison ' |
		grep -E '\b(float|double|_Float[0-9]+|strto(f|d|ld)|atof)\b'
}

rule_size() {
	local file
	for file in "${sources[@]}"; do
		awk -v max="$FILE_LINES_MAX" \
			'END { if (NR > max) print FILENAME ":" NR ": more than " max " lines" }' "$file"
	done
	for file in "${tests[@]}" "${scripts[@]}"; do
		awk -v max="$TEST_LINES_MAX" \
			'END { if (NR > max) print FILENAME ":" NR ": more than " max " lines" }' "$file"
	done
	# From the line of the opening brace to that of the closing one, both
	# included; what stands at the left edge is a function's by our format.
	[ ${#sources[@]} = 0 ] || awk -v max="$FUNCTION_LINES_MAX" '
		FNR == 1 { start = 0 }
		/^\{/ { start = FNR }
		/^\}/ { if (start && FNR - start + 1 > max)
				print FILENAME ":" start ": function of " FNR - start + 1 " lines"
			start = 0 }' "${sources[@]}"
}

rule_format() {
	local -a files=({keys,ledger,reports,gateway,tests}/*.[ch])
	# The inner shell expands its own arguments.
	# shellcheck disable=SC2016
	[ ${#files[@]} = 0 ] || printf '%s\0' "${files[@]}" |
		xargs -0 -n 8 -P 2 sh -c 'for file; do
			clang-format --dry-run -Werror "$file" 2>/dev/null ||
				echo "$file:1: is not as clang-format -i leaves it"
		done' sh
}

rule_guards() {
	local header name
	for header in {keys,ledger,reports,gateway,tests}/*.h; do
		name=${header//\//_}
		name=ARRONDI_${name%.h}_H
		grep -qE "^#ifndef ${name^^}\$" "$header" && grep -qE "^#define ${name^^}\$" "$header" ||
			echo "$header:1: guard is not ${name^^}"
	done
}

# Every source has a test that knows it: tests/test_NAME.c, or a test or script
# that names it ("ledger/NAME.c" or its header, in an include or in words).
rule_tested() {
	local source name
	local -a all=(tests/*.c tests/t-*.sh)
	for source in keys/*.c ledger/*.c gateway/*.c reports/*.c; do
		[[ $source != *_main.c ]] || continue
		name=${source#*/}
		name=${name%.c}
		[ ! -e "tests/test_$name.c" ] || continue
		[ ${#all[@]} -gt 0 ] && grep -qE "\b${source%.c}\.[ch]\b" "${all[@]}" ||
			echo "$source:1: no test names it"
	done
}

# What is unfinished is not committed. (The letters in brackets keep the rule
# from finding itself.)
rule_words() {
	find_in '\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b' "${sources[@]}" "${tests[@]}" "${scripts[@]}" "${papers[@]}"
}

# Nothing here depends on whose machine it is.
rule_paths() {
	find_in '(^|[^A-Za-z0-9_.~})/-])/(hom[e]|roo[t]|wor[k]|User[s])/' \
		"${sources[@]}" "${tests[@]}" "${scripts[@]}" "${papers[@]}" | grep -v 'https\?://'
}

# A program per job, with that job's libraries: read from the finished files.
# (ld-linux is the loader, which everything names.)
rule_links() {
	links_only arrondi-keys crypto
	links_only arrondi-ledger crypto sqlite3 jansson
	links_only arrondi-verify crypto
	links_only arrondi-report crypto sqlite3 jansson \
		cairo pango-1.0 pangocairo-1.0 gobject-2.0 glib-2.0 fontconfig xlsxwriter z qrencode
	links_only arrondi-gateway crypto sqlite3 jansson microhttpd inih expat curl
	links_only arrondi-post crypto jansson curl
}

links_only() { # program library...
	local file=$BIN/$1 library
	shift
	[ -e "$file" ] || return 0
	for library in $(readelf -dW "$file" |
		sed -nE 's/.*\(NEEDED\).*\[(lib)?(.*)\.so[.0-9]*\]/\2/p'); do
		case " c ld-linux-x86-64 ld-linux-aarch64 $* " in
		*" $library "*) ;;
		*) echo "$file:0: is linked with $library; its job is: $*" ;;
		esac
	done
}

for tool in perl awk clang-format readelf; do
	command -v $tool >/dev/null || {
		echo "lint: $tool is missing" >&2
		exit 2
	}
done

# Every rule that an export can break is broken by a test in a log that is signed with
# the right key, and found there by its name: all these helpers forge, too
# (tests/world.h). That arrondi-verify itself finds it, tests/t-42-forgeries.sh sees.
rule_forged() {
	local -a files=(tests/test_books_*.c tests/test_audit*.c ledger/*.def)
	[ ${#files[@]} = 0 ] || perl -0777 -ne '
		if ($ARGV =~ m{^tests/}) {
			while (/\b\w*(?:refuse|find|forge|found|keep|elsewhere)\w*\(([^;]*?)\)\s*;/gs) {
				my $words = $1;
				$forged{$1} = 1 while $words =~ /"([a-z_-]+)"/g;
			}
			# Tables of what is changed, and by which rule it is then found.
			while (/"([a-z_]+)"(?:,\s*"[^"]*")?\s*\}/g) { $forged{$1} = 1 }
		} else {
			while (/^RULE\((\w+),\s*"([a-z_-]+)"/gm) { push @rules, $2 if $1 !~ /ADMISSION|ENGINE/ }
		}
		END { $forged{$_} or print "ledger/rules.def:1: no forgery breaks the rule \"$_\"\n"
			for @rules }' "${files[@]}"
}

# What refuses by a name has it from the table of rules, once, and the table has no other.
rule_named() {
	local -a files=({keys,ledger,gateway,reports}/*.c ledger/*.def)
	[ ${#files[@]} = 0 ] || perl -0777 -ne '
		if ($ARGV =~ /\.def$/) {
			next if $ARGV !~ /rules/;
			while (/^RULE\(\w+,\s*"([^"]*)"/gm) {
				my ($name, $before) = ($1, $`);
				my $line = 1 + ($before =~ tr/\n//);
				print "$ARGV:$line: rule \"$name\" stands twice\n" if $declared{$name};
				$declared{$name} = $line;
			}
			next;
		}
		# By the call itself, by one that takes the rule to refuse by, or in a finding.
		while (/\b(?:fault_rule|audit_finds|find|audit_roots_differ|grant_find|order_find
				|check_promise|fund_check_new|quorum_check|log_check_key)
				\s*\([^;{]*?"([a-z_-]+)"\s*,
			|\bfinding\.rule,[^;"]*"([a-z_-]+)"/gsx) {
			my ($name, $before) = ($1 // $2, $`);
			my $line = 1 + ($before =~ tr/\n//);
			$used{$name} //= "$ARGV:$line";
		}
		END {
			$declared{$_} or print "$used{$_}: rule \"$_\" is not in ledger/rules.def\n"
				for sort keys %used;
			$used{$_} or print "ledger/rules.def:$declared{$_}: nothing refuses by rule \"$_\"\n"
				for sort keys %declared;
		}' "${files[@]}"
}

all_rules=(layers doors money float size format guards tested forged named words paths links)
[ $# -gt 0 ] || set -- "${all_rules[@]}"

status=0
for rule in "$@"; do
	declare -F "rule_$rule" >/dev/null || {
		echo "lint: there is no rule '$rule'" >&2
		exit 2
	}
	faults=$("rule_$rule")
	if [ -n "$faults" ]; then
		echo "lint: $rule" >&2
		printf '%s\n' "$faults" >&2
		status=1
	fi
done
exit $status
