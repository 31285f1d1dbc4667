package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// finding is a number that a verb has measured, by the name under which the
// report looks for it.
type finding struct {
	name  string
	value float64
}

// output is where a verb prints, and what it has found.
type output struct {
	io.Writer
	found []finding
}

// note keeps a finding.
func (o *output) note(value float64, name string, args ...any) {
	o.found = append(o.found, finding{fmt.Sprintf(name, args...), value})
}

// find is a finding by its name.
func (o *output) find(name string) (value float64, ok bool) {
	for _, f := range o.found {
		if f.name == name {
			return f.value, true
		}
	}
	return 0, false
}

// printFindings prints all that has been noted.
func (o *output) printFindings() {
	t := tabwriter.NewWriter(o, 0, 8, 2, ' ', 0)
	for _, f := range o.found {
		fmt.Fprintf(t, "%s\t%s\n", f.name, number(f.value))
	}
	t.Flush()
}

// number shows a number with four figures or all that are before the point.
func number(x float64) string {
	if x >= 1000 || x <= -1000 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.4g", x)
}
