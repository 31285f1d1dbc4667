package datum

import "slices"

// arrayState is what the scanner of an array's text has just seen.
type arrayState uint8

const (
	atStart arrayState = iota
	levelOpened
	elemStarted
	quotedStarted
	quotedDone
	elemDelimited
	levelClosed
	levelDelimited
)

// Where each thing may occur.
var (
	beforeEscape = []arrayState{levelOpened, elemStarted, quotedStarted, elemDelimited}
	beforeQuote  = []arrayState{levelOpened, quotedStarted, elemDelimited}
	beforeOpen   = []arrayState{atStart, levelOpened, levelDelimited}
	beforeClose  = []arrayState{elemStarted, quotedDone, levelClosed}
	beforeText   = []arrayState{levelOpened, elemStarted, elemDelimited}
)

// arrayScan finds the shape of an array's text.
type arrayScan struct {
	whole string // for messages
	state arrayState
	depth int
	ndim  int
	// Per level: elements of the current sub-array, of the one before it, and
	// of the level as a whole.
	count, last, total [MaxArrayDims]int
}

// countElems checks the structure of an array's text from its first brace on
// and returns the lengths of its dimensions: none for an empty array.
func countElems(s string) ([]int, error) {
	a := arrayScan{whole: s, ndim: 1}
	for i := range a.count {
		a.count[i] = 1
	}
	quoted, empty := false, true
	i := 0
	for done := false; !done; i++ {
		if a.state == elemStarted || a.state == quotedStarted {
			empty = false
		}
		if i >= len(s) {
			return nil, malformedArray(s, "Unexpected end of input.")
		}
		var err error
		switch c := s[i]; {
		case c == '\\':
			if err = a.expect(beforeEscape, `Unexpected "%c" character.`, c); err != nil {
				break
			}
			if a.state != quotedStarted {
				a.state = elemStarted
			}
			if i++; i >= len(s) {
				err = malformedArray(s, "Unexpected end of input.")
			}
		case c == '"':
			if err = a.expect(beforeQuote, "Unexpected array element."); err != nil {
				break
			}
			if quoted = !quoted; quoted {
				a.state = quotedStarted
			} else {
				a.state = quotedDone
			}
		case quoted:
		case c == '{':
			err = a.open()
		case c == '}':
			if err = a.close(); err == nil && a.depth == 0 {
				a.total[a.ndim-1]++
				done = true
			}
		case c == ',':
			if err = a.expect(beforeClose, `Unexpected "%c" character.`, c); err != nil {
				break
			}
			if a.state == levelClosed {
				a.state = levelDelimited
			} else {
				a.state = elemDelimited
			}
			a.count[a.depth-1]++
			a.total[a.ndim-1]++
		case !isSpace(c):
			err = a.expect(beforeText, "Unexpected array element.")
			a.state = elemStarted
		}
		if err != nil {
			return nil, err
		}
	}
	if trimSpace(s[i:]) != "" {
		return nil, malformedArray(s, "Junk after closing right brace.")
	}
	if empty {
		return nil, nil
	}
	return a.total[:a.ndim], nil
}

func (a *arrayScan) expect(states []arrayState, detail string, args ...any) error {
	if slices.Contains(states, a.state) {
		return nil
	}
	return malformedArray(a.whole, detail, args...)
}

func (a *arrayScan) open() error {
	if err := a.expect(beforeOpen, `Unexpected "%c" character.`, '{'); err != nil {
		return err
	}
	if a.depth >= MaxArrayDims {
		return tooManyDims(a.depth + 1)
	}
	a.state = levelOpened
	a.total[a.depth] = 0
	a.depth++
	a.ndim = max(a.ndim, a.depth)
	return nil
}

func (a *arrayScan) close() error {
	if a.depth != 1 || a.state != levelOpened {
		if err := a.expect(beforeClose, `Unexpected "%c" character.`, '}'); err != nil {
			return err
		}
	}
	if a.depth == 0 {
		return malformedArray(a.whole, `Unmatched "%c" character.`, '}')
	}
	a.state = levelClosed
	a.depth--
	if a.last[a.depth] != 0 && a.count[a.depth] != a.last[a.depth] {
		return malformedArray(a.whole, "Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	a.last[a.depth] = a.count[a.depth]
	a.count[a.depth] = 1
	if a.depth > 0 {
		a.total[a.depth-1]++
	}
	return nil
}
