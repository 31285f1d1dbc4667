package builtin

import (
	"math"
	"strings"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func formatFunctions() Table {
	return Table{
		"text_concat":    scalar(textConcat),
		"text_concat_ws": scalar(textConcatWS),
		"text_format":    scalar(textFormat),
		"text_format_nv": scalar(textFormat),
		"pg_num_nulls":   scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return countNulls(c, a, true) }),
		"pg_num_nonnulls": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return countNulls(c, a, false)
		}),
		"textanycat(text,anynonarray)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			s, err := textValue(c, 1, a[1])
			return datum.Text(a[0].Str() + s), err
		}),
		"anytextcat(anynonarray,text)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			s, err := textValue(c, 0, a[0])
			return datum.Text(s + a[1].Str()), err
		}),
	}
}

// anyArgs are the arguments of a VARIADIC "any" function from the given one on,
// with a type each; written VARIADIC they are the elements of an array, and
// missing is true where that is NULL.
func anyArgs(c *Call, a []datum.Datum, from int) (types []*datum.Type, args []datum.Datum, missing bool, err error) {
	if c.Variadic && len(a) == from+1 {
		if a[from].IsNull() {
			return nil, nil, true, nil
		}
		elem, err := elemType(c, from)
		if err != nil {
			return nil, nil, false, err
		}
		for _, e := range datum.ArrayAll(elem, a[from]) {
			types, args = append(types, elem), append(args, e)
		}
		return types, args, false, nil
	}
	for i := from; i < len(a); i++ {
		t := c.Type(c.Args[i])
		if t == nil {
			return nil, nil, false, unsupported("the text form of type %d", c.Args[i])
		}
		types, args = append(types, t), append(args, a[i])
	}
	return types, args, false, nil
}

func textConcat(c *Call, a []datum.Datum) (datum.Datum, error) {
	return joinAny(c, a, 0, nil)
}

func textConcatWS(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	return joinAny(c, a, 1, a[0].Bytes())
}

func joinAny(c *Call, a []datum.Datum, from int, separator []byte) (datum.Datum, error) {
	types, args, missing, err := anyArgs(c, a, from)
	if err != nil || missing {
		return datum.Null, err
	}
	var out []byte
	first := true
	for i, d := range args {
		if d.IsNull() {
			continue
		}
		if !first {
			out = append(out, separator...)
		}
		first = false
		out = types[i].AppendText(out, c.Env, d)
	}
	return datum.TextBytes(out), nil
}

func countNulls(c *Call, a []datum.Datum, nulls bool) (datum.Datum, error) {
	_, args, missing, err := anyArgs(c, a, 0)
	if err != nil || missing {
		return datum.Null, err
	}
	n := 0
	for _, d := range args {
		if d.IsNull() == nulls {
			n++
		}
	}
	return datum.Int(int64(n)), nil
}

// formatter is the state of one call of format().
type formatter struct {
	c     *Call
	rest  string
	types []*datum.Type
	args  []datum.Datum
	last  int // the argument taken last, from 1
	out   []byte
}

func textFormat(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	types, args, _, err := anyArgs(c, a, 1)
	if err != nil {
		return datum.Null, err
	}
	f := &formatter{c: c, rest: a[0].Str(), types: types, args: args}
	for {
		at := strings.IndexByte(f.rest, '%')
		if at < 0 {
			return datum.TextBytes(append(f.out, f.rest...)), nil
		}
		f.out = append(f.out, f.rest[:at]...)
		f.rest = f.rest[at+1:]
		if strings.HasPrefix(f.rest, "%") {
			f.out, f.rest = append(f.out, '%'), f.rest[1:]
			continue
		}
		if err := f.specifier(); err != nil {
			return datum.Null, err
		}
	}
}

func unterminated() error {
	return invalid("unterminated format() type specifier").WithHint(`For a single "%%" use "%%%%".`)
}

func argumentZero() error {
	return invalid("format specifies argument 0, but arguments are numbered from 1")
}

// number reads digits; found is false where there are none.
func (f *formatter) number() (n int, found bool, err error) {
	i := 0
	for ; i < len(f.rest) && f.rest[i] >= '0' && f.rest[i] <= '9'; i++ {
		if n = n*10 + int(f.rest[i]-'0'); n > math.MaxInt32 {
			return 0, false, outOfRange("number is")
		}
	}
	f.rest = f.rest[i:]
	if i > 0 && f.rest == "" {
		return 0, false, unterminated()
	}
	return n, i > 0, nil
}

func (f *formatter) eat(c byte) (bool, error) {
	if f.rest == "" {
		return false, unterminated()
	}
	if f.rest[0] != c {
		return false, nil
	}
	f.rest = f.rest[1:]
	if f.rest == "" {
		return false, unterminated()
	}
	return true, nil
}

// specifier reads position, flags, width and type, and writes the argument.
func (f *formatter) specifier() error {
	position, width, widthFrom := 0, 0, -1
	left := false
	n, found, err := f.number()
	if err != nil {
		return err
	}
	dollar := false
	if found {
		if dollar, err = f.eat('$'); err != nil {
			return err
		}
		if dollar && n == 0 {
			return argumentZero()
		}
		if dollar {
			position = n
		} else {
			width = n
		}
	}
	if !found || dollar {
		for {
			minus, err := f.eat('-')
			if err != nil {
				return err
			}
			if !minus {
				break
			}
			left = true
		}
		if width, widthFrom, err = f.width(); err != nil {
			return err
		}
	}
	if f.rest == "" {
		return unterminated()
	}
	r, size := utf8.DecodeRuneInString(f.rest)
	f.rest = f.rest[size:]
	if !strings.ContainsRune("sIL", r) {
		return invalid(`unrecognized format() type specifier "%c"`, r).WithHint(`For a single "%%" use "%%%%".`)
	}
	if widthFrom >= 0 {
		if width, err = f.widthArgument(widthFrom); err != nil {
			return err
		}
		if width < 0 {
			left, width = true, -width
		}
	}
	i, err := f.take(position)
	if err != nil {
		return err
	}
	s, err := f.convert(r, i)
	if err != nil {
		return err
	}
	f.pad(s, width, left)
	return nil
}

// width reads a width, or from which argument it comes: 0 is the next one.
func (f *formatter) width() (width, from int, err error) {
	star, err := f.eat('*')
	if err != nil || !star {
		width, _, err = f.number()
		return width, -1, err
	}
	n, found, err := f.number()
	if err != nil || !found {
		return 0, 0, err
	}
	dollar, err := f.eat('$')
	switch {
	case err != nil:
		return 0, 0, err
	case !dollar:
		return 0, 0, invalid(`width argument position must be ended by "$"`)
	case n == 0:
		return 0, 0, argumentZero()
	}
	return 0, n, nil
}

// take finds an argument by its number, 0 for the next one.
func (f *formatter) take(position int) (int, error) {
	if position == 0 {
		position = f.last + 1
	}
	f.last = position
	if position > len(f.args) {
		return 0, invalid("too few arguments for format()")
	}
	return position - 1, nil
}

func (f *formatter) widthArgument(from int) (int, error) {
	i, err := f.take(from)
	if err != nil || f.args[i].IsNull() {
		return 0, err
	}
	switch f.types[i].OID {
	case oid.Int2, oid.Int4:
		return int4(f.args[i]), nil
	}
	text := string(f.types[i].AppendText(nil, f.c.Env, f.args[i]))
	d, err := int4Type().Input(f.c.Env, text)
	return int4(d), err
}

func (f *formatter) convert(kind rune, i int) (string, error) {
	d := f.args[i]
	if d.IsNull() {
		switch kind {
		case 'I':
			return "", pgerr.New(pgerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
		case 'L':
			return "NULL", nil
		}
		return "", nil
	}
	s := string(f.types[i].AppendText(nil, f.c.Env, d))
	switch kind {
	case 'I':
		return QuoteIdent(s), nil
	case 'L':
		return QuoteLiteral(s), nil
	}
	return s, nil
}

func (f *formatter) pad(s string, width int, left bool) {
	blanks := strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
	if left {
		s, blanks = blanks, s
	}
	f.out = append(append(f.out, blanks...), s...)
}
