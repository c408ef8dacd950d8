# flat.awk - the demo's own JSON files, as lines that a shell can read.
#
#   awk -v want="id siren name" -f flat.awk employers.json   a line per object of a list,
#                                                            its values parted by tabs
#   awk -f flat.awk expected.json                            file TAB member TAB value
#
# They are written one member per line, indented by one blank per level; another
# shape is not read. Texts come without their quotes; what is absent or null is "-".

function value_of(line) {
	sub(/^[^:]*: */, "", line)
	sub(/,$/, "", line)
	gsub(/^"|"$/, "", line)
	return line
}

function name_of(line) {
	sub(/^ *"/, "", line)
	sub(/".*$/, "", line)
	return line
}

BEGIN { n = split(want, names, " ") }

# A list of objects: the members stand at two blanks.
n && /^ \{/ { delete found }
n && /^  "/ { found[name_of($0)] = value_of($0) }
n && /^ \}/ {
	line = ""
	for (i = 1; i <= n; i++) {
		text = found[names[i]]
		line = line (i > 1 ? "\t" : "") (text == "" || text == "null" ? "-" : text)
	}
	print line
}

# An object of objects; what is nested deeper is "member.name", or a list of numbers.
!n && /^ "[^"]*": \{/ { file = name_of($0) }
!n && /^  "[^"]*": [^{[]/ { print file "\t" name_of($0) "\t" value_of($0) }
!n && /^  "[^"]*": [{[]/ { outer = name_of($0); list = "" }
!n && /^   "/ { print file "\t" outer "." name_of($0) "\t" value_of($0) }
!n && /^   [0-9]/ { text = $1; sub(/,$/, "", text); list = list (list == "" ? "" : " ") text }
!n && /^  \]/ { print file "\t" outer "\t" list }
