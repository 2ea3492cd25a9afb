#!/usr/bin/env bash
# scripts/picture.sh: draws docs/pictures/demo.svg, the middle part of what `make demo` prints, from a real run of it.
# Run it by hand after the demonstration or winnowctl's output has changed; it needs a built tree.
set -euo pipefail
cd "$(dirname "$0")/.."

# Under `script` the demonstration has a terminal, and so its colours.
TERM=xterm script --quiet --return --command scripts/demo.sh /dev/null < /dev/null |
  tr -d '\r' |
  awk '/Twelve pictures arrive/ { on = 1 } /^[^ ]*Why\?/ { exit } on' |
  awk '
    # Text for XML; SGR codes (ECMA-48) become spans.
    function escape(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }
    function draw(line,    out, open, code) {
      out = ""; open = 0
      while (match(line, /\033\[[0-9;]*m/)) {
        out = out escape(substr(line, 1, RSTART - 1))
        code = substr(line, RSTART + 2, RLENGTH - 3)
        line = substr(line, RSTART + RLENGTH)
        if (open) { out = out "</tspan>"; open = 0 }
        if (code != "" && code != "0") { out = out "<tspan class=\"c" code "\">"; open = 1 }
      }
      return out escape(line) (open ? "</tspan>" : "")
    }
    { lines[++count] = draw($0) }
    END {
      while (count > 0 && lines[count] == "") count--
      height = 18 * count + 32
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"%d\" viewBox=\"0 0 960 %d\" role=\"img\">\n", height, height
      print "<title>winnowctl watch while twelve pictures arrive, and the folders afterwards</title>"
      print "<style>"
      print "text { font: 13px ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, monospace; fill: #d8dee6; white-space: pre }"
      print ".c1 { font-weight: bold; fill: #ffffff } .c2 { fill: #8b95a1 } .c31 { fill: #f47067 } .c32 { fill: #6bc46d } .c33 { fill: #daaa3f }"
      print "</style>"
      print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1c2128\"/>"
      for (line = 1; line <= count; line++)
        if (lines[line] != "") printf "<text x=\"18\" y=\"%d\" xml:space=\"preserve\">%s</text>\n", 18 * line + 10, lines[line]
      print "</svg>"
    }' > docs/pictures/demo.svg.new
mv docs/pictures/demo.svg.new docs/pictures/demo.svg
