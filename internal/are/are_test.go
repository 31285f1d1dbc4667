package are

import (
	"strings"
	"testing"
)

// What the functions of exec/builtin find is held against PostgreSQL there;
// here is what the two ways of searching have to agree on.

func TestSearchersAgree(t *testing.T) {
	texts := []string{"", "a", "foobar", "aXbX", "ab12cd", "line\nbreak", "äöü ß", strings.Repeat("ab", 50)}
	patterns := []string{
		"a", "a*", "a+b", "o{2}", "foo|foobar", "(a|b)+", "[a-c]+[0-9]*", "[^a-z]", `\d+`, `\s`, "^a", "b$", ".",
		"(?i)FOO", "ö|ß", "(?n)^b", "(?n).+", "[[:alpha:]]+", "x|y|", "(foo)?bar",
	}
	for _, pattern := range patterns {
		fast, err := Compile(pattern, Options{})
		if err != nil {
			t.Fatalf("%s: %v", pattern, err)
		}
		slow, _ := Compile(pattern, Options{})
		slow.exact = nil
		for _, s := range texts {
			a, b := fast.Find(s, 0), slow.Find(s, 0)
			if len(a) != len(b) || len(a) > 0 && (a[0] != b[0] || a[1] != b[1]) {
				t.Errorf("%q in %q: %v and %v", pattern, s, a, b)
			}
			if fast.Match(s) != slow.Match(s) {
				t.Errorf("%q in %q: only one matches", pattern, s)
			}
		}
	}
}

func TestHardPatternsEnd(t *testing.T) {
	for _, pattern := range []string{"(a*)*b", "(a|aa)+b", "(a?){50}a{50}b", "((a+)+)+$b"} {
		re, err := Compile(pattern, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if re.Match(strings.Repeat("a", 2000)) {
			t.Errorf("%s matches", pattern)
		}
	}
}

func TestFaults(t *testing.T) {
	deep := strings.Repeat("(", 5000) + strings.Repeat(")", 5000)
	for pattern, want := range map[string]Error{
		"(": badParens, "[a": badBrackets, "*": badQuantifier, `\`: badEscape, deep: tooComplex,
		"((((a{255}){255}){255}){255})": tooComplex,
	} {
		if _, err := Compile(pattern, Options{}); err != want {
			t.Errorf("%.20s: %v, not %v", pattern, err, want)
		}
	}
}

// FuzzCompile holds that no expression and no text makes the package panic.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{"a(b|c)*?d", `(\w+)\1`, "[[:alpha:]-z]", "(?<=a)b{2,3}", "***=x", "(?x)a # b"} {
		f.Add(seed, "abcbcd")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 40 || len(s) > 60 {
			return
		}
		re, err := Compile(pattern, Options{})
		if err != nil {
			return
		}
		if loc := re.Find(s, 0); loc != nil && (loc[0] > loc[1] || loc[1] > len(s)) {
			t.Errorf("%q in %q: %v", pattern, s, loc)
		}
	})
}
