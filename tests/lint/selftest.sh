#!/bin/bash
# Plants a fault for each lint rule in a small tree of its own, and expects the
# rule to find it; then a few things that look like faults and are none.
set -u

lint=$(cd "$(dirname "$0")" && pwd)/lint.sh
format=$(cd "$(dirname "$0")/../.." && pwd)/.clang-format
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 2
failures=0
planted=

# A tree without a fault: one source and one header per folder, and its tests.
fresh() {
	rm -rf "${tree:?}"/*
	cp "$format" .clang-format
	mkdir keys ledger reports gateway tests tests/lint bin
	local folder
	for folder in keys ledger reports gateway; do
		printf '#ifndef %s\n#define %s\nint %s_noun(int amount);\n#endif\n' \
			"ARRONDI_${folder^^}_NOUN_H" "ARRONDI_${folder^^}_NOUN_H" "$folder" \
			>"$folder/noun.h"
		printf '#include "%s/noun.h"\n\nint %s_noun(int amount)\n{\n\treturn amount;\n}\n' \
			"$folder" "$folder" >"$folder/noun.c"
		printf '#include "%s/noun.h"\n' "$folder"
	done >tests/test_noun.c
}

# The rule must end with 1 and name the place.
finds() { # rule place
	local said
	planted="$planted $1"
	said=$("$lint" "$1" 2>&1) && said="nothing"
	if ! grep -qF -- "$2" <<<"$said"; then
		echo "lint selftest: rule '$1' does not find $2; it says: $said" >&2
		failures=$((failures + 1))
	fi
	fresh
}

lets() { # rule what
	local said
	if ! said=$("$lint" "$1" 2>&1); then
		echo "lint selftest: rule '$1' refuses $2; it says: $said" >&2
		failures=$((failures + 1))
	fi
	fresh
}

add() { # file line...
	local file=$1
	shift
	printf '%s\n' "$@" >>"$file"
}

repeat() { # times line
	yes "$2" | head -n "$1"
}

includes() { # file header rule
	add "$1" "#include $2"
	finds "$3" "$1:"
}

fresh
if ! "$lint" >/dev/null 2>&1; then
	echo "lint selftest: the tree without a fault is refused" >&2
	failures=1
fi

includes keys/noun.c '"ledger/noun.h"' layers
includes ledger/noun.h '"gateway/noun.h"' layers
includes ledger/noun.c '"reports/noun.h"' layers
includes gateway/noun.c '"reports/noun.h"' layers
includes reports/noun.c '"gateway/noun.h"' layers
includes reports/noun.c '"ledger/store_int.h"' layers
includes ledger/noun.c '"keys/note_int.h"' layers
includes gateway/noun.c '"tests/noun.h"' layers
includes ledger/noun.c '"noun.h"' layers
includes ledger/noun.c '"../keys/noun.h"' layers

includes ledger/noun.c '<openssl/evp.h>' doors
includes keys/noun.h '<openssl/evp.h>' doors
includes reports/noun.c '<sqlite3.h>' doors
includes ledger/noun.c '<sqlite3.h>' doors
includes ledger/noun.c '<jansson.h>' doors
includes reports/noun.c '<jansson.h>' doors
includes gateway/noun.c '<curl/curl.h>' doors
includes gateway/noun.c '<microhttpd.h>' doors
includes gateway/noun.c '<ini.h>' doors
includes gateway/noun.c '<expat.h>' doors
includes reports/noun.c '<cairo.h>' doors
includes reports/render_html.c '<cairo-svg.h>' doors
includes reports/noun.h '<pango/pangocairo.h>' doors
includes reports/draw.h '<cairo.h>' doors
includes gateway/draw.c '<fontconfig/fontconfig.h>' doors
includes reports/draw.c '<xlsxwriter.h>' doors
includes keys/noun.c '<zlib.h>' doors
includes reports/noun.c '<qrencode.h>' doors
includes keys/noun.c '<cmocka.h>' doors
for door in 'keys/x.c <openssl/evp.h>' 'ledger/store_x.c <sqlite3.h>' 'gateway/box.c <sqlite3.h>' 'ledger/intake.c <jansson.h>' \
	'gateway/json_x.c <jansson.h>' 'gateway/post_x.c <curl/curl.h>' \
	'gateway/http_x.c <microhttpd.h>' 'gateway/config.c <ini.h>' \
	'gateway/xml_reader.c <expat.h>' 'reports/draw_x.c <cairo.h>' \
	'reports/draw_int.h <pango/pangocairo.h>' 'reports/render_pdf.c <cairo-pdf.h>' \
	'reports/render_xlsx.c <xlsxwriter.h>' 'reports/qr.c <qrencode.h>'; do
	add "${door% *}" "#include ${door#* }"
	lets doors "a door: $door"
done

add ledger/noun.c 'static int64_t x(struct cents a) { return a.raw_cents; }'
finds money ledger/noun.c:
add tests/test_noun.c 'int64_t x = (p->raw_cents);'
finds money tests/test_noun.c:
add ledger/money.c 'return a.raw_cents;'
lets money "money's own file"
add ledger/noun.c 'bind(a.raw_cents); /* Raw: a column is a plain number */'
lets money "a line that says why"

add gateway/noun.c 'static double rate;'
finds float gateway/noun.c:7
add reports/render_csv.c '/* over two' 'lines */ float x;'
finds float reports/render_csv.c:2
add ledger/noun.c '/* double entry' ' * and a float */' 'const char *x = "a \" double";'
lets float "prose"
add reports/draw_bars.c 'double width;'
add reports/render_pdf.c 'double width;'
add reports/render_xlsx.c 'double width;'
lets float "drawing"

repeat 600 '' >>ledger/noun.c
finds size ledger/noun.c:606
repeat 894 '' >>ledger/noun.def
finds size ledger/noun.def:894
repeat 896 '' >>tests/test_noun.c
lets size "a test of 900 lines"
repeat 897 '' >>tests/test_noun.c
finds size tests/test_noun.c:901
{ echo 'int f(void)' && echo '{' && repeat 69 '	g();' && echo '}'; } >>keys/noun.c
finds size keys/noun.c:8
{ echo 'int f(void)' && echo '{' && repeat 68 '	g();' && echo '}'; } >>keys/noun.c
lets size "a function of 70 lines"

add keys/noun.c 'int  x ;'
finds format keys/noun.c:
add tests/test_noun.c 'int  x ;'
finds format tests/test_noun.c:

sed -i 's/_H$//' gateway/noun.h
finds guards gateway/noun.h:

add reports/verb.c 'int x;'
finds tested reports/verb.c:
add ledger/verb_main.c 'int main(void);'
lets tested "a main file"
add reports/verb.c 'int x;'
add tests/t-10-verb.sh '# Covers reports/verb.c.'
lets tested "a source that a script names"

add ledger/rules.def 'RULE(ENTRIES, "noun", "A noun is one", "a verb")'
finds forged 'the rule "noun"'
add ledger/rules.def 'RULE(ENTRIES, "noun", "A noun is one", "a verb")' 'RULE(ADMISSION, "late", "Not late", "it is")'
add tests/test_books_noun.c 'void f(void) { world_refuses(world, "noun", "operator", ""); }'
lets forged "a rule that a test breaks, and one that no log shows"

add ledger/books_noun.c '' 'enum err e = fault_rule(fault, "noun", "no");'
finds named ledger/books_noun.c:2
add gateway/noun.c 'enum err e = fault_rule(fault, "noun", "no");'
finds named gateway/noun.c:7
add ledger/books_noun.c 'enum err e = grant_find(books, entry_position(entry, "of"), "noun", fault);'
finds named 'rule "noun"'
add ledger/rules.def '' 'RULE(ENTRIES, "noun", "A noun is one", "a verb")'
finds named ledger/rules.def:2
add ledger/rules.def 'RULE(ENTRIES, "noun", "A noun is one", "a verb")' 'RULE(ROWS, "noun", "A noun is one", "a verb")'
add ledger/books_noun.c 'enum err e = fault_rule(fault, "noun", "no");'
finds named ledger/rules.def:2
add ledger/rules.def 'RULE(ENTRIES, "noun", "A noun is one", "a verb")' 'RULE(EXPORT, "tile-of", "A tile is", "a stone")'
add ledger/books_noun.c 'enum err e = fault_rule(fault, "noun", "no-noun");' 'err = audit_finds(audit, at, "tile-of", err, fault);'
lets named "rules that are declared and used"

add ledger/noun.h '/* TO''DO: later */'
finds words ledger/noun.h:5
add tests/run.sh '# FIX''ME'
finds words tests/run.sh:1
add README.md 'TO''DO'
finds words README.md:1

add tests/t-10-x.sh 'cat "/ho''me/somebody/ledger"'
finds paths tests/t-10-x.sh:1
add Makefile 'X := /wo''rk/main'
finds paths Makefile:1
add README.md 'See https://example.org/ho''me/page and tests/wo''rk/x.'
lets paths "an address"

# Real files, because it is the linker's word that counts.
link() { # program library...
	local program=$1
	shift
	printf 'int main(void) { return 0; }\n' |
		"${CC:-gcc}" -x c - -o "bin/$program" -Wl,--no-as-needed "${@/#/-l}"
}
export BIN=bin
link arrondi-verify crypto sqlite3
finds links 'linked with sqlite3'
link arrondi-post crypto curl jansson microhttpd
finds links 'linked with microhttpd'
link arrondi-verify crypto
link arrondi-post crypto curl jansson
lets links "a program with its own libraries"

# A rule that nothing was planted for would be taken on trust.
# shellcheck disable=SC2013
for rule in $(sed -nE 's/^rule_([a-z]+)\(\).*/\1/p' "$lint"); do
	[[ " $planted " == *" $rule "* ]] || {
		echo "lint selftest: nothing was planted for rule '$rule'" >&2
		failures=$((failures + 1))
	}
done

[ "$failures" = 0 ]
