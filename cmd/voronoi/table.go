package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// printRows shows rows in columns as wide as their widest value.
func printRows(w io.Writer, names []string, rows [][][]byte) {
	widths := make([]int, len(names))
	lines := [][]string{names}
	for _, row := range rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = string(v)
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		for i, v := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(v))
		}
	}
	for i, line := range lines {
		printLine(w, line, widths)
		if i == 0 {
			rule := make([]string, len(widths))
			for j, n := range widths {
				rule[j] = strings.Repeat("-", n)
			}
			printLine(w, rule, widths)
		}
	}
}

func printLine(w io.Writer, values []string, widths []int) {
	var b strings.Builder
	for i, v := range values {
		b.WriteString("  " + v)
		if i < len(values)-1 {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(v)))
		}
	}
	fmt.Fprintln(w, b.String())
}
