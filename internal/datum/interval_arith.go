package datum

import (
	"math"
)

// checked turns a flag of overflow into the error.
func (v Interval) checked(ok bool) (Datum, error) {
	if !ok {
		return Null, IntervalOutOfRange()
	}
	return v.Datum(), nil
}

func add32(a, b int32) (int32, bool) { return fits32(int64(a) + int64(b)) }

// IntervalAdd is a + b, part by part.
func IntervalAdd(a, b Datum) (Datum, error) {
	x, y := IntervalOf(a), IntervalOf(b)
	var r Interval
	var ok, ok2, ok3 bool
	r.Months, ok = add32(x.Months, y.Months)
	r.Days, ok2 = add32(x.Days, y.Days)
	r.Usec, ok3 = addInt64(x.Usec, y.Usec)
	return r.checked(ok && ok2 && (ok3 || y.Usec == 0))
}

// IntervalNeg is -a.
func IntervalNeg(a Datum) (Datum, error) {
	x := IntervalOf(a)
	return Interval{Months: -x.Months, Days: -x.Days, Usec: -x.Usec}.
		checked(x.Months != math.MinInt32 && x.Days != math.MinInt32 && x.Usec != math.MinInt64)
}

// IntervalSub is a - b.
func IntervalSub(a, b Datum) (Datum, error) {
	n, err := IntervalNeg(b)
	if err != nil {
		return Null, err
	}
	return IntervalAdd(a, n)
}

// roundMicro rounds seconds to whole microseconds.
func roundMicro(v float64) float64 { return math.RoundToEven(v*1e6) / 1e6 }

// IntervalMul is a * factor.
func IntervalMul(a Datum, factor float64) (Datum, error) {
	return scaleInterval(IntervalOf(a), func(n float64) float64 { return n * factor })
}

// IntervalDiv is a / divisor.
func IntervalDiv(a Datum, divisor float64) (Datum, error) {
	if divisor == 0 {
		return Null, divisionByZero()
	}
	return scaleInterval(IntervalOf(a), func(n float64) float64 { return n / divisor })
}

// scaleInterval scales each part. The fraction of a month becomes days, of 30
// to the month, and that of a day becomes time.
func scaleInterval(v Interval, scale func(float64) float64) (Datum, error) {
	months, days := scale(float64(v.Months)), scale(float64(v.Days))
	if !fitsFloat32Int(months) || !fitsFloat32Int(days) {
		return Null, IntervalOutOfRange()
	}
	r := Interval{Months: int32(months), Days: int32(days)}
	restDays := roundMicro((months - float64(r.Months)) * daysPerMonth)
	wholeDays := math.Trunc(restDays)
	restSecs := roundMicro((days - float64(r.Days) + restDays - wholeDays) * 86400)
	carry := 0.0
	if math.Abs(restSecs) >= 86400 {
		carry = math.Trunc(restSecs / 86400)
		restSecs -= carry * 86400
	}
	total := float64(r.Days) + carry + wholeDays
	usec := math.RoundToEven(scale(float64(v.Usec)) + restSecs*1e6)
	if !fitsFloat32Int(total) || usec != usec || usec < -(1<<63) || usec >= 1<<63 {
		return Null, IntervalOutOfRange()
	}
	r.Days, r.Usec = int32(total), int64(usec)
	return r.Datum(), nil
}

func fitsFloat32Int(v float64) bool { return v >= math.MinInt32 && v < math.MaxInt32+1 }

// JustifyHours turns each 24 hours into a day.
func JustifyHours(a Datum) (Datum, error) { return justifyHours(IntervalOf(a)) }

func justifyHours(v Interval) (Datum, error) {
	ok := v.foldHours()
	v.alignHours()
	return v.checked(ok)
}

// JustifyDays turns each 30 days into a month.
func JustifyDays(a Datum) (Datum, error) {
	v := IntervalOf(a)
	ok := v.foldDays()
	if v.Months > 0 && v.Days < 0 {
		v.Days += daysPerMonth
		v.Months--
	} else if v.Months < 0 && v.Days > 0 {
		v.Days -= daysPerMonth
		v.Months++
	}
	return v.checked(ok)
}

// JustifyInterval does both and gives all parts the same sign.
func JustifyInterval(a Datum) (Datum, error) {
	v := IntervalOf(a)
	ok := true
	if v.Days > 0 && v.Usec > 0 || v.Days < 0 && v.Usec < 0 {
		ok = v.foldDays() // the days could overflow otherwise
	}
	ok = ok && v.foldHours() && v.foldDays()
	if v.Months > 0 && (v.Days < 0 || v.Days == 0 && v.Usec < 0) {
		v.Days += daysPerMonth
		v.Months--
	} else if v.Months < 0 && (v.Days > 0 || v.Days == 0 && v.Usec > 0) {
		v.Days -= daysPerMonth
		v.Months++
	}
	v.alignHours()
	return v.checked(ok)
}

func (v *Interval) foldHours() (ok bool) {
	v.Days, ok = fits32(int64(v.Days) + v.Usec/usecPerDay)
	v.Usec %= usecPerDay
	return ok
}

func (v *Interval) foldDays() (ok bool) {
	v.Months, ok = add32(v.Months, v.Days/daysPerMonth)
	v.Days %= daysPerMonth
	return ok
}

// alignHours gives the time the sign of the days.
func (v *Interval) alignHours() {
	if v.Days > 0 && v.Usec < 0 {
		v.Usec += usecPerDay
		v.Days--
	} else if v.Days < 0 && v.Usec > 0 {
		v.Usec -= usecPerDay
		v.Days++
	}
}

// MakeInterval adds units up.
func MakeInterval(years, months, weeks, days, hours, minutes int64, secs float64) (Datum, error) {
	if secs != secs || math.IsInf(secs, 0) {
		return Null, IntervalOutOfRange()
	}
	m, ok := fits32(years*monthsPerYear + months)
	d, ok2 := fits32(weeks*7 + days)
	usec := math.RoundToEven(secs * 1e6)
	if !ok || !ok2 || usec < -(1<<63) || usec >= 1<<63 {
		return Null, IntervalOutOfRange()
	}
	t, ok := addInt64(hours*usecPerHour+minutes*usecPerMinute, int64(usec))
	return Interval{Months: m, Days: d, Usec: t}.checked(ok || int64(usec) == 0)
}
