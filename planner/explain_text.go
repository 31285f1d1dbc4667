package planner

import "strings"

// text is an expression as EXPLAIN prints it. Columns of the node's own table
// stand without its name.
func (x *explainer) text(e Expr, own *Entry) string {
	return Deparse(x.catalog, x.path, e, own)
}

func (x *explainer) texts(list []Expr, own *Entry) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = x.text(e, own)
	}
	return strings.Join(out, ", ")
}

// sortKeys are the keys of a Sort node.
func (x *explainer) sortKeys(keys []SortKey, own *Entry) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = x.text(k.Expr, own)
		if k.Desc {
			out[i] += " DESC"
		}
		if k.NullsFirst != k.Desc {
			if k.NullsFirst {
				out[i] += " NULLS FIRST"
			} else {
				out[i] += " NULLS LAST"
			}
		}
	}
	return strings.Join(out, ", ")
}

// onlyEntry is the one entry of a FROM; nil where there are several.
func onlyEntry(items []FromItem) *Entry {
	var all []*Entry
	for _, item := range items {
		leaves(item, func(e *Entry) { all = append(all, e) })
	}
	if len(all) != 1 {
		return nil
	}
	return all[0]
}
