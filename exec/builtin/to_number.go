package builtin

import (
	"strings"

	"voronoi/internal/datum"
)

// numberReader reads a number by a template: what to_number does.
type numberReader struct {
	*numberTemplate
	s             string
	sign          byte
	digits        []byte
	before, after int // digits read before and after the point
	pointed       bool
}

func toNumber(text, template datum.Datum) (datum.Datum, error) {
	if len(template.Bytes()) == 0 {
		return null()
	}
	n, err := parseNumberTemplate(template.Str())
	if err != nil {
		return datum.Null, err
	}
	switch {
	case n.scientific:
		return datum.Null, notSupported(`"EEEE" not supported for input`)
	case n.roman:
		return datum.Null, notSupported(`"RN" not supported for input`)
	}
	r := &numberReader{numberTemplate: n, s: text.Str(), sign: ' '}
	for _, p := range n.parts {
		if r.s == "" {
			break
		}
		r.part(p)
	}
	digits := strings.TrimSuffix(string(r.digits), ".")
	d, err := numericType().Input(nil, string(r.sign)+digits)
	if err != nil {
		return datum.Null, err
	}
	precision := int32(n.pre + n.multi + r.after)
	if d, err = numericType().Coerce(d, precision<<16|int32(r.after)+4, false); err != nil {
		return datum.Null, err
	}
	if n.multiplies {
		power, err := datum.NumericPower(datum.NumericFromInt(10), datum.NumericFromInt(int64(-n.multi)))
		if err != nil {
			return datum.Null, err
		}
		return datum.NumericMul(d, power)
	}
	return d, nil
}

func (r *numberReader) part(p templatePart) {
	switch p.key {
	case "":
		r.s = r.s[len(firstCharacter(r.s)):]
	case "9", "0", ".", "D":
		r.digit(p.key)
		if r.s != "" {
			r.s = r.s[1:]
		}
	case ",", "G":
		if len(r.digits) == 0 && r.fill {
			return
		}
		r.s = strings.TrimPrefix(r.s, ",")
	case "L", "MI", "PL", "SG":
		r.skipOthers(1)
	case "TH", "th":
		r.skipOthers(2)
	}
}

// skipOthers passes over at most n characters that cannot be of a number.
func (r *numberReader) skipOthers(n int) {
	for ; n > 0 && r.s != "" && !strings.ContainsRune("0123456789.,+-", rune(r.s[0])); n-- {
		r.s = r.s[len(firstCharacter(r.s)):]
	}
}

// digit reads a digit, the point, or a sign before or behind; it leaves the
// character that it stands at for the caller to pass over.
func (r *numberReader) digit(key string) {
	if r.s[0] == ' ' {
		r.s = r.s[1:]
	}
	if r.s == "" {
		return
	}
	if r.sign == ' ' && (key == "0" || key == "9") && r.before+r.after == 0 {
		switch {
		case r.anchored && r.signAt == signBefore || !r.anchored:
			if r.s[0] == '-' || r.bracket && r.s[0] == '<' {
				r.sign, r.s = '-', r.s[1:]
			} else if r.s[0] == '+' {
				r.sign, r.s = '+', r.s[1:]
			}
		}
	}
	if r.s == "" {
		return
	}
	read := false
	switch c := r.s[0]; {
	case c >= '0' && c <= '9':
		if r.pointed && r.after == r.post {
			return
		}
		r.digits = append(r.digits, c)
		if r.pointed {
			r.after++
		} else {
			r.before++
		}
		read = true
	case r.point && !r.pointed && c == '.':
		r.digits = append(r.digits, '.')
		r.pointed, read = true, true
	}
	if r.sign != ' ' || r.before+r.after == 0 {
		return
	}
	switch {
	case r.anchored && read && len(r.s) > 1 && (r.s[1] < '0' || r.s[1] > '9'):
		if r.s[1] == '-' || r.s[1] == '+' {
			r.sign, r.s = r.s[1], r.s[1:]
		}
	case !read && !r.anchored && (r.plus || r.minus):
		if r.s[0] == '-' || r.s[0] == '+' {
			r.sign = r.s[0]
		}
	}
}
