package wire

import (
	"strings"

	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// parseOptions reads the startup parameter "options", the command line that a
// Postgres server process would have been started with: settings, written
// `-c name=value`, `-cname=value` or `--name=value`.
func parseOptions(s string) ([]frontend.Setting, error) {
	var settings []frontend.Setting
	words := splitOptions(s)
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		var assignment string
		switch {
		case word == "--" && len(words) == 0:
			continue
		case word == "-c":
			if len(words) == 0 {
				return nil, invalidOption(word)
			}
			assignment, words = words[0], words[1:]
		case strings.HasPrefix(word, "-c"), strings.HasPrefix(word, "--") && len(word) > 2:
			assignment = word[2:]
		default:
			return nil, invalidOption(word)
		}
		name, value, ok := strings.Cut(assignment, "=")
		if !ok {
			shown := "-c " + assignment
			if word == "--"+assignment {
				shown = word
			}
			return nil, fatal(pgerr.SyntaxError, "%s requires a value", shown)
		}
		name = strings.ReplaceAll(name, "-", "_")
		settings = append(settings, frontend.Setting{Name: name, Value: value})
	}
	return settings, nil
}

func invalidOption(word string) error {
	return fatal(pgerr.SyntaxError, "invalid command-line argument for server process: %s", word).
		WithHint(`Try "%s --help" for more information.`, "postgres")
}

// splitOptions cuts a command line at white space; a backslash makes the
// character that follows it part of a word.
func splitOptions(s string) []string {
	var words []string
	var word strings.Builder
	inWord, escaped := false, false
	for i := range len(s) {
		switch c := s[i]; {
		case escaped:
			word.WriteByte(c)
			escaped = false
		case c == '\\':
			inWord, escaped = true, true
		case strings.IndexByte(" \t\n\r\v\f", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}
