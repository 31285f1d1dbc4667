package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func divisionByZero() error { return pgerr.New(pgerr.DivisionByZero, "division by zero") }

func floatOverflow() error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: overflow")
}

func floatUnderflow() error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value out of range: underflow")
}

func outOfRange(what string) error {
	return pgerr.Newf(pgerr.NumericValueOutOfRange, "%s out of range", what)
}

func invalid(format string, args ...any) *pgerr.Error {
	return pgerr.Newf(pgerr.InvalidParameterValue, format, args...)
}

// typeName is the name that messages use for a type.
func typeName(c *Call, id oid.OID) string {
	if t := c.Type(id); t != nil {
		return t.Name
	}
	return "???"
}

// noComparison is the error for values of a type that has no order.
func noComparison(c *Call, id oid.OID) error {
	return pgerr.Newf(pgerr.UndefinedFunction,
		"could not identify a comparison function for type %s", typeName(c, id))
}

// null is what most functions that are not strict give for a NULL argument.
func null() (datum.Datum, error) { return datum.Null, nil }

func dataException(message string) error { return pgerr.New(pgerr.DataException, message) }

func nullNotAllowed(message string) error { return pgerr.New(pgerr.NullValueNotAllowed, message) }

func unsupported(format string, args ...any) error { return pgerr.Unsupported(format, args...) }

func subscriptFault(format string, args ...any) *pgerr.Error {
	return pgerr.Newf(pgerr.ArraySubscriptError, format, args...)
}

// noEquality is the error for values of a type that has no equality.
func noEquality(c *Call, id oid.OID) error {
	return pgerr.Newf(pgerr.UndefinedFunction,
		"could not identify an equality operator for type %s", typeName(c, id))
}

// notSupported is the error for a use that Postgres has not either.
func notSupported(message string) error { return pgerr.New(pgerr.FeatureNotSupported, message) }
