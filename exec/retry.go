package exec

import "time"

// retry is when an index may be built again in the background after it could not:
// mostly the next attempt would fail as well, and take as long.
type retry struct {
	at    time.Time
	after time.Duration
}

const (
	firstRetry = time.Minute
	lastRetry  = time.Hour
)

// failed is what follows r with a failure now: each wait is twice the last.
func (r retry) failed(now time.Time) retry {
	after := min(max(2*r.after, firstRetry), lastRetry)
	return retry{now.Add(after), after}
}
