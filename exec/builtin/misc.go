package builtin

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func miscFunctions() Table {
	return Table{
		"pg_typeof": scalar(func(c *Call, _ []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(c.Args[0])), nil
		}),
		"pg_size_pretty": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Text(sizePretty(a[0].Int())), nil
		}),
		"pg_size_bytes":               scalar(sizeBytes),
		"pg_sleep":                    scalar(sleep),
		"unistr":                      pure(unistr),
		"unicode_normalize_func":      pure(normalizeText),
		"unicode_is_normalized":       pure(isNormalized),
		"pg_client_encoding":          pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("UTF8"), nil }),
		"getdatabaseencoding":         pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("UTF8"), nil }),
		"pg_encoding_max_length_sql":  pure(func([]datum.Datum) (datum.Datum, error) { return datum.Int(4), nil }),
		"pg_column_size":              scalar(columnSize),
		"pg_jit_available":            pure(func([]datum.Datum) (datum.Datum, error) { return datum.Bool(false), nil }),
		"pg_is_in_recovery":           pure(func([]datum.Datum) (datum.Datum, error) { return datum.Bool(false), nil }),
		"pg_trigger_depth":            pure(func([]datum.Datum) (datum.Datum, error) { return datum.Int(0), nil }),
		"pg_notification_queue_usage": pure(func([]datum.Datum) (datum.Datum, error) { return datum.Float(0), nil }),
		"nameconcatoid":               pure(nameConcatOID),
		"length_in_encoding": pure(func(a []datum.Datum) (datum.Datum, error) {
			if err := onlyUTF8(a[1].Str()); err != nil {
				return datum.Null, err
			}
			return datum.Int(int64(utf8.RuneCount(a[0].Bytes()))), datum.ValidText(a[0].Bytes())
		}),
	}
}

// sizeUnits are the units of pg_size_pretty: each is used up to a size, in
// halves of the unit except for bytes.
var sizeUnits = []struct {
	name string
	most int64
}{
	{" bytes", 10 * 1024}, {" kB", 20*1024 - 1}, {" MB", 20*1024 - 1}, {" GB", 20*1024 - 1}, {" TB", 20*1024 - 1}, {" PB", 0},
}

func sizePretty(n int64) string {
	for i, unit := range sizeUnits {
		if i == len(sizeUnits)-1 || magnitude(n) < uint64(unit.most) {
			if i > 0 { // n counts halves
				if n < 0 {
					n--
				} else {
					n++
				}
				n /= 2
			}
			return strconv.FormatInt(n, 10) + unit.name
		}
		if i == 0 {
			n /= 512
		} else {
			n /= 1024
		}
	}
	return ""
}

var byteUnits = map[string]int{"bytes": 0, "kb": 10, "mb": 20, "gb": 30, "tb": 40, "pb": 50}

// sizeBytes reads what sizePretty writes.
func sizeBytes(c *Call, a []datum.Datum) (datum.Datum, error) {
	whole := a[0].Str()
	s := strings.TrimSpace(whole)
	end := 0
	digits := false
	for end < len(s) && (end == 0 && (s[0] == '-' || s[0] == '+') || s[end] >= '0' && s[end] <= '9' || s[end] == '.') {
		digits = digits || s[end] >= '0' && s[end] <= '9'
		end++
	}
	if digits && end < len(s) && (s[end] == 'e' || s[end] == 'E') {
		i := end + 1
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			end = i
		}
	}
	if !digits {
		return datum.Null, invalid(`invalid size: "%s"`, whole)
	}
	n, err := numericType().Input(c.Env, s[:end])
	if err != nil {
		return datum.Null, err
	}
	unit := strings.TrimSpace(s[end:])
	if unit != "" {
		shift, ok := byteUnits[strings.ToLower(unit)]
		if !ok {
			return datum.Null, invalid(`invalid size: "%s"`, whole).
				WithDetail(`Invalid size unit: "%s".`, unit).
				WithHint(`Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".`)
		}
		if n, err = datum.NumericMul(n, datum.NumericFromInt(1<<shift)); err != nil {
			return datum.Null, err
		}
	}
	return datum.NumericToInt(n, 64)
}

// CancelSession is a session whose statement can be cancelled.
type CancelSession interface{ Done() <-chan struct{} }

// sleep waits, in seconds, unless the statement is cancelled.
func sleep(c *Call, a []datum.Datum) (datum.Datum, error) {
	var done <-chan struct{}
	if s, ok := c.Session.(CancelSession); ok {
		done = s.Done()
	}
	seconds := min(a[0].Float(), 1e9)
	if !(seconds > 0) {
		return datum.Text(""), nil
	}
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return datum.Text(""), nil
	case <-done:
		return datum.Null, pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	}
}

// unistr reads escapes of characters: \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX.
func unistr(a []datum.Datum) (datum.Datum, error) {
	s := a[0].Str()
	var out strings.Builder
	high := rune(0)
	pairFault := func() (datum.Datum, error) {
		return datum.Null, pgerr.New(pgerr.SyntaxError, "invalid Unicode surrogate pair")
	}
	for s != "" {
		if s[0] != '\\' {
			if high != 0 {
				return pairFault()
			}
			out.WriteByte(s[0])
			s = s[1:]
			continue
		}
		if strings.HasPrefix(s, `\\`) {
			if high != 0 {
				return pairFault()
			}
			out.WriteByte('\\')
			s = s[2:]
			continue
		}
		r, n, ok := unicodeEscape(s[1:])
		if !ok {
			return datum.Null, pgerr.New(pgerr.SyntaxError, "invalid Unicode escape").
				WithHint(`Unicode escapes must be \XXXX, \+XXXXXX, \uXXXX, or \UXXXXXXXX.`)
		}
		s = s[1+n:]
		switch {
		case r == 0 || r > unicode.MaxRune:
			return datum.Null, pgerr.New(pgerr.SyntaxError, "invalid Unicode code point: "+strings.ToUpper(strconv.FormatInt(int64(r), 16)))
		case high != 0:
			if r < 0xdc00 || r > 0xdfff {
				return pairFault()
			}
			out.WriteRune((high-0xd800)<<10 + (r - 0xdc00) + 0x10000)
			high = 0
		case r >= 0xd800 && r <= 0xdbff:
			high = r
		case r >= 0xdc00 && r <= 0xdfff:
			return pairFault()
		default:
			out.WriteRune(r)
		}
	}
	if high != 0 {
		return pairFault()
	}
	return datum.Text(out.String()), nil
}

func unicodeEscape(s string) (r rune, length int, ok bool) {
	prefix, digits := 0, 4
	switch {
	case strings.HasPrefix(s, "+"):
		prefix, digits = 1, 6
	case strings.HasPrefix(s, "u"):
		prefix = 1
	case strings.HasPrefix(s, "U"):
		prefix, digits = 1, 8
	}
	if len(s) < prefix+digits {
		return 0, 0, false
	}
	v, err := strconv.ParseUint(s[prefix:prefix+digits], 16, 31)
	return rune(v), prefix + digits, err == nil
}

var normalForms = map[string]norm.Form{"nfc": norm.NFC, "nfd": norm.NFD, "nfkc": norm.NFKC, "nfkd": norm.NFKD}

func normalForm(name string) (norm.Form, error) {
	f, ok := normalForms[strings.ToLower(name)]
	if !ok {
		return 0, invalid("invalid normalization form: %s", name)
	}
	return f, nil
}

func normalizeText(a []datum.Datum) (datum.Datum, error) {
	f, err := normalForm(a[1].Str())
	return datum.Text(f.String(a[0].Str())), err
}

func isNormalized(a []datum.Datum) (datum.Datum, error) {
	f, err := normalForm(a[1].Str())
	return datum.Bool(f.IsNormal(a[0].Bytes())), err
}

// columnSize is the size of the stored value.
func columnSize(_ *Call, a []datum.Datum) (datum.Datum, error) {
	switch a[0].Kind() {
	case datum.KindNull:
		return null()
	case datum.KindInt, datum.KindFloat:
		return datum.Int(8), nil
	}
	return datum.Int(int64(len(a[0].Bytes()))), nil
}

func nameConcatOID(a []datum.Datum) (datum.Datum, error) {
	suffix := "_" + strconv.FormatInt(a[1].Int(), 10)
	name := a[0].Str()
	for len(name)+len(suffix) > 63 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return datum.Text(name + suffix), nil
}
