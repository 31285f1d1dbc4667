package builtin

import (
	"fmt"
	"strings"

	"voronoi/internal/datum"
)

// writeDecimal writes a decimal text by the template.
func (n *numberTemplate) writeDecimal(text string) datum.Datum {
	sign := byte('+')
	if text[0] == '-' {
		sign, text = '-', text[1:]
	}
	whole, _, _ := strings.Cut(text, ".")
	spaces := 0
	switch {
	case len(whole) < n.pre:
		spaces = n.pre - len(whole)
	case len(whole) > n.pre: // it does not fit
		text = strings.Repeat("#", n.pre) + "." + strings.Repeat("#", n.post)
	}
	return n.write(text, spaces, sign)
}

// numberWriter goes over a template and a number's text at once.
type numberWriter struct {
	*numberTemplate
	out    []byte
	number string
	at     int // in number
	sign   byte
	signed bool // the sign is written or not wanted
	// spaces is how many digits of the template come before the number's first,
	// current the digit of the template, count how many there are.
	spaces, current, count int
	// relevant is the last place in number that FM does not drop, -1 without
	// one.
	relevant int
	within   bool // in the number: commas count
}

func (n *numberTemplate) write(number string, spaces int, sign byte) datum.Datum {
	w := &numberWriter{numberTemplate: n, number: number, sign: sign, spaces: spaces, relevant: -1}
	if n.roman {
		n.pre, n.post, n.signAt, n.preSigned = 0, 0, 0, 0
		n.anchored, n.minus, n.plus, n.bracket, n.zero, n.point = false, false, false, false, false, false
	}
	if n.plus || n.minus {
		w.signed = n.minus
	} else {
		if sign != '-' && n.fill {
			n.bracket = false
		}
		w.signed = sign == '+' && n.fill && !n.anchored
		if n.signAt == signBefore && n.pre == n.preSigned {
			n.signAt = signAfter
		}
	}
	w.count = n.post + n.pre - 1
	if n.fill && n.point {
		w.findRelevant()
	}
	if !w.signed && spaces == 0 {
		w.count++
	}
	for _, p := range n.parts {
		w.part(p)
	}
	return datum.TextBytes(w.out)
}

// findRelevant looks for the last digit after the point that is not 0, or the
// point itself; zeros that the template asks for count.
func (w *numberWriter) findRelevant() {
	point := strings.IndexByte(w.number, '.')
	if point < 0 {
		return
	}
	w.relevant = point
	for i := point + 1; i < len(w.number); i++ {
		if w.number[i] != '0' {
			w.relevant = i
		}
	}
	if w.zeroEnd > w.spaces {
		w.relevant = max(w.relevant, min(len(w.number)-1, w.zeroEnd-w.spaces))
	}
}

func (w *numberWriter) emit(s string) { w.out = append(w.out, s...) }

func (w *numberWriter) part(p templatePart) {
	switch p.key {
	case "":
		w.emit(p.text)
	case "9", "0", ".", "D":
		w.digit(p.key)
	case ",", "G":
		switch {
		case w.within:
			w.emit(",")
		case !w.fill:
			w.emit(" ")
		}
	case "L":
		w.emit(" ")
	case "RN", "rn":
		s := w.number
		if p.key == "rn" {
			s = strings.ToLower(s)
		}
		if !w.fill {
			s = fmt.Sprintf("%15s", s)
		}
		w.emit(s)
	case "TH", "th":
		if !w.roman && w.number[0] != '#' && w.sign != '-' && !w.point {
			w.emit(ordinal(w.number, p.key))
		}
	case "MI":
		w.ownSign('-')
	case "PL":
		w.ownSign('+')
	case "SG":
		w.emit(string(w.sign))
	}
}

func (w *numberWriter) ownSign(sign byte) {
	switch {
	case w.sign == sign:
		w.emit(string(sign))
	case !w.fill:
		w.emit(" ")
	}
}

// leadingZero reports whether the number's only digit before the point is a 0
// that the template has no place for.
func (w *numberWriter) leadingZero() bool {
	return !w.zero && w.at == 0 && w.number[0] == '0' && w.post != 0
}

// pointLast reports whether nothing after the point is relevant.
func (w *numberWriter) pointLast() bool { return w.relevant >= 0 && w.number[w.relevant] == '.' }

func (w *numberWriter) digit(key string) {
	if w.roman {
		return
	}
	w.within = false
	if !w.signed && (w.current >= w.spaces || w.zero && w.zeroStart == w.current) &&
		(!w.leadingZero() || w.pointLast()) {
		w.writeSign()
	}
	switch {
	case w.current < w.spaces && (w.zeroStart > w.current || !w.zero):
		if !w.fill {
			w.emit(" ")
		}
	case w.zero && w.current < w.spaces && w.zeroStart <= w.current:
		w.emit("0")
		w.within = true
	default:
		w.character(key)
	}
	end := w.count
	if w.spaces > 0 {
		end++
	}
	if w.point {
		end++
	}
	if w.relevant >= 0 && w.relevant == w.at {
		end = w.current
	}
	if w.current+1 == end {
		switch {
		case w.signed && w.bracket:
			w.emit(pick(w.sign == '+', " ", ">"))
		case w.anchored && w.signAt == signAfter:
			w.emit(string(w.sign))
		}
	}
	w.current++
}

func (w *numberWriter) writeSign() {
	switch {
	case w.anchored:
		if w.signAt == signBefore {
			w.emit(string(w.sign))
			w.signed = true
		}
	case w.bracket:
		w.emit(pick(w.sign == '+', " ", "<"))
		w.signed = true
	case w.sign == '+':
		if !w.fill {
			w.emit(" ")
		}
		w.signed = true
	default:
		w.emit("-")
		w.signed = true
	}
}

// character writes the number's next one, which may be the point.
func (w *numberWriter) character(key string) {
	c := byte(0)
	if w.at < len(w.number) {
		c = w.number[w.at]
	}
	switch {
	case c == '.':
		if !w.pointLast() || w.fill {
			w.emit(".")
		}
	case w.relevant >= 0 && w.at > w.relevant && key != "0":
	case w.at < len(w.number) && w.leadingZero():
		switch {
		case !w.fill:
			w.emit(" ")
		case w.pointLast():
			w.emit("0")
		}
	case c != 0:
		w.emit(string(c))
		w.within = true
	}
	if c != 0 {
		w.at++
	}
}
