package main

import (
	"fmt"
	"strconv"
	"strings"
)

// Lists as flags, separated by commas. Setting one replaces its default.

// numbers is a list of numbers above 0.
type numbers []int

func (l *numbers) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(*l)), " ", ","), "[]")
}

func (l *numbers) Set(list string) error {
	*l = nil
	for _, s := range names(list) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number above 0", s)
		}
		*l = append(*l, n)
	}
	return notEmpty(len(*l))
}

// shares is a list of parts of one, as recalls are.
type shares []float64

func (l *shares) String() string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]float64(*l)), " ", ","), "[]")
}

func (l *shares) Set(list string) error {
	*l = nil
	for _, s := range names(list) {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(x > 0 && x <= 1) {
			return fmt.Errorf("%q is no part of one", s)
		}
		*l = append(*l, x)
	}
	return notEmpty(len(*l))
}

// choices is a list of names out of those that are known.
type choices struct {
	list *[]string
	of   []string
}

func (l choices) String() string {
	if l.list == nil {
		return ""
	}
	return strings.Join(*l.list, ",")
}

func (l choices) Set(list string) error {
	*l.list = nil
	for _, s := range names(list) {
		known := false
		for _, name := range l.of {
			known = known || name == s
		}
		if !known {
			return fmt.Errorf("%q is none of %s", s, strings.Join(l.of, ", "))
		}
		*l.list = append(*l.list, s)
	}
	return nil
}

func notEmpty(n int) error {
	if n == 0 {
		return fmt.Errorf("nothing is listed")
	}
	return nil
}

// names splits a list at its commas.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
