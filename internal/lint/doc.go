// Package lint holds the project's own rules about its source, as tests: who
// may import whom, that every package explains itself, how long a file may
// get, and that nothing is left half done.
package lint
