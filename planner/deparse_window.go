package planner

// aggregateText writes an aggregate within a query.
func (d *deparser) aggregateText(e *AggCall) {
	d.atom(func() {
		d.write(d.procName(e.Proc), "(")
		if e.Distinct {
			d.write("DISTINCT ")
		}
		args := e.Args
		if e.Proc.AggKind != 'n' {
			args = e.Direct
		}
		if e.Star {
			d.write("*")
		}
		d.fragments(args)
		if len(e.OrderBy) > 0 {
			if e.Proc.AggKind == 'n' {
				d.write(" ORDER BY ")
			} else {
				d.write(") WITHIN GROUP (ORDER BY ")
			}
			d.orderBy(e.OrderBy, false)
		}
		d.write(")")
		d.filter(e.Filter)
	})
}

func (d *deparser) fragments(list []Expr) {
	for i, e := range list {
		if i > 0 {
			d.write(", ")
		}
		d.fragment(e, true)
	}
}

func (d *deparser) filter(e Expr) {
	if e != nil {
		d.write(" FILTER (WHERE ")
		d.fragment(e, false)
		d.write(")")
	}
}

// windowCall writes a call with OVER.
func (d *deparser) windowCall(e *WindowCall) {
	d.atom(func() {
		d.write(d.procName(e.Proc), "(")
		if e.Star {
			d.write("*")
		}
		d.fragments(e.Args)
		d.write(")")
		d.filter(e.Filter)
		d.write(" OVER ")
		if e.Window.Name != "" {
			d.write(quoteIdent(e.Window.Name))
		} else {
			d.window(e.Window)
		}
	})
}

// windowClause writes the windows that have names.
func (d *deparser) windowClause(q *Query) {
	first := true
	for _, w := range q.Windows {
		if w.Name == "" {
			continue
		}
		if first {
			d.clause(" WINDOW ", 1)
		} else {
			d.write(", ")
		}
		first = false
		d.write(quoteIdent(w.Name), " AS ")
		d.window(w)
	}
}

// window writes a window's definition; what it takes from another goes without
// saying.
func (d *deparser) window(w *Window) {
	sep := ""
	part := func(words ...string) {
		d.write(sep)
		d.write(words...)
		sep = " "
	}
	d.write("(")
	if w.Base != "" {
		part(quoteIdent(w.Base))
	}
	if len(w.Partition) > 0 && w.Base == "" {
		part("PARTITION BY ")
		d.sortExprs(w.Partition)
	}
	if len(w.OrderBy) > 0 && !w.CopiedOrder {
		part("ORDER BY ")
		d.orderBy(w.OrderBy, false)
	}
	if f := w.Frame; f != nil {
		part(f.Mode, " ")
		if f.Between {
			d.write("BETWEEN ")
		}
		d.bound(f.Start)
		if f.Between {
			d.write(" AND ")
			d.bound(f.End)
		}
		if f.Exclude != "" {
			d.write(" EXCLUDE ", f.Exclude)
		}
	}
	d.write(")")
}

func (d *deparser) bound(b FrameBound) {
	if b.Offset != nil {
		d.fragment(b.Offset, false)
		d.write(" ")
	}
	d.write(b.Kind)
}
