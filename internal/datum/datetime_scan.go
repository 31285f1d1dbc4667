package datum

import (
	"errors"

	"voronoi/internal/pgerr"
)

// The ways in which the text of a date, a time or an interval can be wrong.
// They become client errors only where the whole text and its type are known.
var (
	errDateFormat    = errors.New("bad format")
	errFieldRange    = errors.New("field out of range")
	errMonthDayRange = errors.New("month or day out of range")
	errIntervalRange = errors.New("interval field out of range")
	errZoneRange     = errors.New("zone displacement out of range")
)

// dateError puts what is wrong with s into Postgres's words.
func dateError(err error, typ, s string) error {
	switch {
	case errors.Is(err, errFieldRange):
		return pgerr.Newf(pgerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, s)
	case errors.Is(err, errMonthDayRange):
		return pgerr.Newf(pgerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, s).
			WithHint(`Perhaps you need a different "datestyle" setting.`)
	case errors.Is(err, errIntervalRange):
		return pgerr.Newf(pgerr.IntervalFieldOverflow, `interval field value out of range: "%s"`, s)
	case errors.Is(err, errZoneRange):
		return pgerr.Newf(pgerr.InvalidTimeZoneDisplacement, `time zone displacement out of range: "%s"`, s)
	case errors.Is(err, errDateFormat):
		return pgerr.Newf(pgerr.InvalidDatetimeFormat, `invalid input syntax for type %s: "%s"`, typ, s)
	}
	return err
}

// shape is what a part of a date's text looks like.
type shape uint8

const (
	shapeNumber  shape = iota // digits, perhaps a fraction
	shapeDate                 // with -, / or . inside, or a zone's name
	shapeTime                 // with : inside
	shapeWord                 // letters
	shapeSigned               // a sign and digits: a zone or a number
	shapeSpecial              // a sign and letters
)

type part struct {
	shape shape
	text  string // lower case
}

// maxParts bounds the parts of a date's text, maxDateText their bytes together
// with one for each.
const (
	maxParts    = 25
	maxDateText = 128 + maxParts
)

func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }

func isPunct(c byte) bool { return c > ' ' && c < 0x7f && !isAlnum(c) }

// cursor walks over a text; at its end every byte is 0.
type cursor struct {
	s string
	i int
}

func (c *cursor) peek() byte {
	if c.i < len(c.s) {
		return c.s[c.i]
	}
	return 0
}

func (c *cursor) skip(class func(byte) bool) {
	for c.i < len(c.s) && class(c.s[c.i]) {
		c.i++
	}
}

// splitDate divides the text of a date, time or interval into its parts.
func splitDate(s string) ([]part, error) {
	parts := make([]part, 0, 8)
	size := 0
	c := cursor{s: s}
	for c.i < len(s) {
		ch := c.peek()
		if isSpace(ch) {
			c.i++
			continue
		}
		if len(parts) >= maxParts {
			return nil, errDateFormat
		}
		begin := c.i
		var p part
		switch {
		case isDigit(ch):
			p.shape = c.number()
		case ch == '.':
			c.i++
			c.skip(isDigit)
			p.shape = shapeNumber
		case isAlpha(ch):
			p.shape = c.word()
		case ch == '+' || ch == '-':
			c.i++
			c.skip(isSpace)
			next := c.peek()
			p.text = string(ch) // white space after the sign does not count
			begin = c.i
			switch {
			case isDigit(next):
				p.shape = shapeSigned
				c.skip(func(b byte) bool { return isDigit(b) || b == ':' || b == '.' || b == '-' })
			case isAlpha(next):
				p.shape = shapeSpecial
				c.skip(isAlpha)
			default:
				return nil, errDateFormat
			}
		case isPunct(ch):
			c.i++
			continue
		default:
			return nil, errDateFormat
		}
		p.text += fold(s[begin:c.i])
		if size += len(p.text) + 1; size > maxDateText {
			return nil, errDateFormat
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// number goes over a part that begins with a digit.
func (c *cursor) number() shape {
	c.skip(isDigit)
	delim := c.peek()
	switch delim {
	case ':':
		c.skip(func(b byte) bool { return isDigit(b) || b == ':' || b == '.' })
		return shapeTime
	case '-', '/', '.':
	default:
		return shapeNumber
	}
	c.i++
	if !isDigit(c.peek()) { // the month is a word
		c.skip(func(b byte) bool { return isAlnum(b) || b == delim })
		return shapeDate
	}
	c.skip(isDigit)
	if c.peek() == delim {
		c.skip(func(b byte) bool { return isDigit(b) || b == delim })
		return shapeDate
	}
	if delim == '.' {
		return shapeNumber
	}
	return shapeDate
}

// word goes over a part that begins with a letter. What has punctuation inside
// is a date or the name of a zone.
func (c *cursor) word() shape {
	begin := c.i
	c.skip(isAlpha)
	next := c.peek()
	switch {
	case next == '-' || next == '/' || next == '.':
	case (next == '+' || isDigit(next)) && dateToken(fold(c.s[begin:c.i])).kind == wordUnknown:
	default:
		return shapeWord
	}
	c.skip(func(b byte) bool {
		return isAlnum(b) || b == '+' || b == '-' || b == '/' || b == '_' || b == '.' || b == ':'
	})
	return shapeDate
}
