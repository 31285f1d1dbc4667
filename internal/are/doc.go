// Package are matches Postgres's advanced regular expressions, which are
// Henry Spencer's: what ~, substring and the regexp functions take.
//
// They differ from other kinds in what a match is. The earliest one wins, and
// of those the longest or the shortest, as the expression as a whole prefers:
// by its first quantified part, while an alternation prefers the longest.
// Within that range every part then takes what its own preference asks for,
// from left to right. So foo|foobar finds all of foobar, and (.*?)(\d+)x finds
// the shortest text. They also have back references, assertions that look
// ahead and behind, and names for character classes.
//
// An expression is parsed to a tree ([node]); every part of it that is ever
// asked on its own compiles to a nondeterministic automaton, whose simulation
// tells at which places a match that begins here can end. Finding is done with
// these alone, in time linear in program and text for each beginning. Only
// where groups are wanted is the matched range taken apart, part by part
// ([matcher.dissect]). A back reference is approximated by a copy of its group
// until then. Expressions that mean the same to Go's regexp package are handed
// to it for the search, because it is faster.
package are
