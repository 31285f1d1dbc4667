package planner

// position is where the expression's own token stands.
func (t Typed) position() int { return t.Pos }

// exprPos is where an expression begins in the text: the position of its own
// token or of its first operand, whichever is further left.
func exprPos(e Expr) int {
	own, ok := e.(interface{ position() int })
	if !ok {
		return 0
	}
	pos := own.position()
	leftmost := func(args ...Expr) int {
		for _, arg := range args {
			if arg == nil {
				continue
			}
			if p := exprPos(arg); p > 0 {
				if pos == 0 || p < pos {
					return p
				}
				break
			}
		}
		return pos
	}
	switch e := e.(type) {
	case *FuncCall:
		return leftmost(e.Args...)
	case *Bool:
		return leftmost(e.Args...)
	case *NullIf:
		return leftmost(e.First)
	case *NullTest:
		return leftmost(e.Arg)
	case *BoolTest:
		return leftmost(e.Arg)
	case *Distinct:
		return leftmost(e.Equal.Args...)
	case *ArrayOp:
		return leftmost(e.Left)
	case *InList:
		return leftmost(e.Left)
	case *Relabel:
		return leftmost(e.Arg)
	case *CoerceIO:
		return leftmost(e.Arg)
	case *CoerceTypmod:
		return leftmost(e.Arg)
	case *CoerceArray:
		return leftmost(e.Arg)
	case *CoerceDomain:
		return leftmost(e.Arg)
	case *Collate:
		return leftmost(e.Arg)
	case *Field:
		return leftmost(e.Arg)
	case *Subscript:
		return leftmost(e.Arg)
	}
	return pos
}
