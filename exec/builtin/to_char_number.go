package builtin

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// numberTemplate is what the patterns of a numeric template say together.
type numberTemplate struct {
	parts     []templatePart
	pre, post int // digits before and after the point
	// zeroStart is the digit, from 0, from which zeros are written; zeroEnd is
	// behind the last one.
	zeroStart, zeroEnd int
	multi              int // digits behind V
	signAt             byte
	preSigned          int // digits before the S
	zero, fill, point  bool
	anchored           bool // S
	minus, plus        bool // MI, PL, SG
	bracket            bool // PR
	roman, scientific  bool
	multiplies         bool // V
	blank              bool
}

// Places of the sign that S stands for.
const (
	signBefore = '<'
	signAfter  = '>'
)

func templateFault(format string, args ...any) error {
	return pgerr.Newf(pgerr.SyntaxError, format, args...)
}

func parseNumberTemplate(s string) (*numberTemplate, error) {
	n := &numberTemplate{parts: parseTemplate(s, numberPatterns, false)}
	for i := range n.parts {
		if n.parts[i].key == "" {
			continue
		}
		if err := n.take(n.parts[i].key); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// take notes what one pattern means for the whole.
func (n *numberTemplate) take(key string) error {
	if n.scientific && key != "EEEE" {
		return templateFault(`"EEEE" must be the last pattern used`)
	}
	switch key {
	case "9", "0":
		return n.digit(key)
	case "B":
		n.blank = n.pre == 0 && n.post == 0 && !n.zero
	case "D", ".":
		if n.point {
			return templateFault("multiple decimal points")
		}
		if n.multiplies {
			return templateFault(`cannot use "V" and decimal point together`)
		}
		n.point = true
	case "FM":
		n.fill = true
	case "S":
		if n.anchored {
			return templateFault(`cannot use "S" twice`)
		}
		if n.plus || n.minus || n.bracket {
			return templateFault(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
		}
		n.anchored = true
		if n.point {
			n.signAt = signAfter
		} else {
			n.signAt, n.preSigned = signBefore, n.pre
		}
	case "MI", "PL", "SG":
		if n.anchored {
			return templateFault(`cannot use "S" and "%s" together`, key)
		}
		n.minus = n.minus || key != "PL"
		n.plus = n.plus || key != "MI"
	case "PR":
		if n.anchored || n.plus || n.minus {
			return templateFault(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
		}
		n.bracket = true
	case "RN", "rn":
		n.roman = true
	case "V":
		if n.point {
			return templateFault(`cannot use "V" and decimal point together`)
		}
		n.multiplies = true
	case "EEEE":
		if n.scientific {
			return templateFault(`cannot use "EEEE" twice`)
		}
		if n.blank || n.fill || n.anchored || n.bracket || n.minus || n.plus || n.roman || n.multiplies {
			return templateFault(`"EEEE" is incompatible with other formats`)
		}
		n.scientific = true
	}
	return nil
}

func (n *numberTemplate) digit(key string) error {
	if n.bracket {
		return templateFault(`"%s" must be ahead of "PR"`, key)
	}
	if key == "9" {
		switch {
		case n.multiplies:
			n.multi++
		case n.point:
			n.post++
		default:
			n.pre++
		}
		return nil
	}
	if !n.zero && !n.point {
		n.zero, n.zeroStart = true, n.pre
	}
	if n.point {
		n.post++
	} else {
		n.pre++
	}
	n.zeroEnd = n.pre + n.post
	return nil
}

func numberTemplates() Table {
	integer := func(bits int) Impl {
		return two(func(v, template datum.Datum) (datum.Datum, error) { return integerToChar(v.Int(), bits, template) })
	}
	return Table{
		"int4_to_char":      integer(32),
		"int8_to_char":      integer(64),
		"numeric_to_char":   two(numericToChar),
		"float4_to_char":    two(func(v, t datum.Datum) (datum.Datum, error) { return floatToChar(v.Float(), 6, t) }),
		"float8_to_char":    two(func(v, t datum.Datum) (datum.Datum, error) { return floatToChar(v.Float(), 15, t) }),
		"numeric_to_number": two(toNumber),
	}
}

func integerToChar(v int64, bits int, template datum.Datum) (datum.Datum, error) {
	n, err := parseNumberTemplate(template.Str())
	if err != nil {
		return datum.Null, err
	}
	switch {
	case n.roman:
		return n.write(romanNumeral(v), 0, '+'), nil
	case n.scientific:
		if bits == 64 {
			return datum.Text(scientific(strconv.FormatInt(v, 10), n.post)), nil
		}
		return datum.Text(scientificFloat(float64(v), n.post)), nil
	}
	if n.multiplies {
		// The product is made in the integer type, by way of a double.
		power, err := roundToInt(math.Pow(10, float64(n.multi)), bits)
		if err != nil {
			return datum.Null, err
		}
		product, ok := multiplyInts(v, power.Int())
		if !ok {
			return datum.Null, datum.IntOutOfRange(bits)
		}
		if _, err := datum.FitInt(product, bits); err != nil {
			return datum.Null, err
		}
		v = product
		n.pre += n.multi
	}
	text := strconv.FormatInt(v, 10)
	if n.post > 0 {
		text += "." + strings.Repeat("0", n.post)
	}
	return n.writeDecimal(text), nil
}

func numericToChar(v, template datum.Datum) (datum.Datum, error) {
	n, err := parseNumberTemplate(template.Str())
	if err != nil {
		return datum.Null, err
	}
	if n.roman {
		i := int64(0)
		if r, err := datum.NumericToInt(v, 32); err == nil {
			i = r.Int()
		} else {
			return datum.Null, err
		}
		return n.write(romanNumeral(i), 0, '+'), nil
	}
	_, finite := datum.NumericScale(v)
	if n.scientific {
		if !finite {
			return datum.Text(" " + strings.Repeat("#", n.pre) + "." + strings.Repeat("#", n.post+4)), nil
		}
		return datum.Text(scientific(v.Str(), n.post)), nil
	}
	for _, p := range n.parts {
		if v.View() == "NaN" && n.pre >= len("NaN") && strings.EqualFold(p.key, "TH") {
			return datum.Null, pgerr.Newf(pgerr.InvalidTextRepresentation, `"%s" is not a number`, v.View())
		}
	}
	if n.multiplies {
		power, err := datum.NumericPower(datum.NumericFromInt(10), datum.NumericFromInt(int64(n.multi)))
		if err != nil {
			return datum.Null, err
		}
		if v, err = datum.NumericMul(v, power); err != nil {
			return datum.Null, err
		}
		n.pre += n.multi
	}
	if v, err = datum.NumericRound(v, n.post); err != nil {
		return datum.Null, err
	}
	return n.writeDecimal(v.Str()), nil
}

func floatToChar(v float64, digits int, template datum.Datum) (datum.Datum, error) {
	n, err := parseNumberTemplate(template.Str())
	if err != nil {
		return datum.Null, err
	}
	if n.roman {
		i, err := roundToInt(v, 32)
		if err != nil {
			return datum.Null, err
		}
		return n.write(romanNumeral(i.Int()), 0, '+'), nil
	}
	if n.scientific {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return datum.Text(" " + strings.Repeat("#", n.pre) + "." + strings.Repeat("#", n.post+4)), nil
		}
		return datum.Text(scientificFloat(v, n.post)), nil
	}
	if n.multiplies {
		v *= math.Pow(10, float64(n.multi))
		n.pre += n.multi
	}
	text := string(datum.AppendFloat(nil, v, 64))
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		whole := len(strconv.FormatFloat(math.Abs(v), 'f', 0, 64))
		switch {
		case whole >= digits:
			n.post = 0
		case whole+n.post > digits:
			n.post = digits - whole
		}
		text = strconv.FormatFloat(v, 'f', n.post, 64)
	}
	return n.writeDecimal(text), nil
}

// scientificFloat is C's %+.*e with a blank for the plus.
func scientificFloat(v float64, post int) string {
	s := fmt.Sprintf("%+.*e", post, v)
	if s[0] == '+' {
		s = " " + s[1:]
	}
	return s
}

// scientific rounds a decimal text, half away from zero.
func scientific(text string, post int) string {
	sign := " "
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent := len(whole) - 1 - (len(whole+fraction) - len(digits))
	if digits == "" {
		digits, exponent = "0", 0
	}
	for len(digits) < post+1 {
		digits += "0"
	}
	kept, rest := []byte(digits[:post+1]), digits[post+1:]
	if rest != "" && rest[0] >= '5' {
		i := len(kept) - 1
		for ; i >= 0 && kept[i] == '9'; i-- {
			kept[i] = '0'
		}
		if i >= 0 {
			kept[i]++
		} else {
			kept = append([]byte{'1'}, kept[:len(kept)-1]...)
			exponent++
		}
	}
	out := sign + string(kept[:1])
	if post > 0 {
		out += "." + string(kept[1:])
	}
	mark := "+"
	if exponent < 0 {
		mark, exponent = "-", -exponent
	}
	return fmt.Sprintf("%se%s%02d", out, mark, exponent)
}

var romanDigits = []struct {
	value int64
	text  string
}{
	{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"},
	{10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
}

func romanNumeral(v int64) string {
	if v < 1 || v > 3999 {
		return strings.Repeat("#", 15)
	}
	var b strings.Builder
	for _, d := range romanDigits {
		for ; v >= d.value; v -= d.value {
			b.WriteString(d.text)
		}
	}
	return b.String()
}
