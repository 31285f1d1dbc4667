// Package sqlparse turns text into syntax trees with PostgreSQL's own parser
// (pg_query), and says where and why that fails. Names and types mean nothing
// here.
//
// The parser is C code and two inputs break it in ways that nothing can catch:
// it takes a NUL byte for the end of the text, and it recurses on the C stack
// over left-deep chains (1+1+…, a JOIN b JOIN …, x::t::t…), so that a few ten
// thousand links end the process. [Parse] therefore reads every text once with
// a lexer of its own, in linear time, and refuses what would go too deep. Deep
// nesting (parentheses, CASE, subqueries) needs no guard: the parser's own
// stack is bounded and gives a clean error.
//
// The locations in a tree are byte offsets into the whole query string, while
// Postgres's protocol counts characters from 1; [Statement.Position] converts.
package sqlparse
