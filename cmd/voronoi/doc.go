// Command voronoi is a vector database that speaks the Postgres protocol.
//
//	voronoi serve    run a server
//	voronoi demo     run a server on data of its own and show what it does
//	voronoi version  say which version this is
//	voronoi help     say how a command is used
//
// Flags have defaults from the environment: VORONOI_DATA for --data and
// VORONOI_LISTEN for --listen. The log goes to standard error. SIGINT and
// SIGTERM end a server in an orderly way, a second one at once.
package main
