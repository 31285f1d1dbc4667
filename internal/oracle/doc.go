// Package oracle gives tests a real PostgreSQL to be compared with.
//
// [Postgres] starts one throw-away cluster per test process: its own data
// directory, its own loopback port, no fsync. A watcher process holds the
// reading end of a pipe; when the test process ends, in whatever way, the pipe
// closes and the watcher stops the server and removes the directory, so a
// killed test leaves nothing behind.
//
// PostgreSQL refuses to run as root: then the cluster belongs to the user
// postgres, or nobody where there is none.
package oracle
