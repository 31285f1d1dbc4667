package lock

// Mode is one of Postgres's lock modes.
type Mode uint8

// The modes, weakest first.
const (
	AccessShare Mode = iota
	RowShare
	RowExclusive
	ShareUpdateExclusive
	Share
	ShareRowExclusive
	Exclusive
	AccessExclusive
	modes
)

var modeNames = [modes]string{
	"AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock",
	"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
}

// String is the mode's name in pg_locks.
func (m Mode) String() string { return modeNames[m] }

// modeSet has bit m for mode m.
type modeSet uint8

func set(ms ...Mode) (s modeSet) {
	for _, m := range ms {
		s |= 1 << m
	}
	return s
}

func (s modeSet) has(m Mode) bool { return s&(1<<m) != 0 }

// conflicts is Postgres's table of which modes exclude each other.
var conflicts = [modes]modeSet{
	AccessShare:          set(AccessExclusive),
	RowShare:             set(Exclusive, AccessExclusive),
	RowExclusive:         set(Share, ShareRowExclusive, Exclusive, AccessExclusive),
	ShareUpdateExclusive: set(ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive, AccessExclusive),
	Share:                set(RowExclusive, ShareUpdateExclusive, ShareRowExclusive, Exclusive, AccessExclusive),
	ShareRowExclusive:    set(RowExclusive, ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive, AccessExclusive),
	Exclusive:            set(RowShare, RowExclusive, ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive, AccessExclusive),
	AccessExclusive:      set(AccessShare, RowShare, RowExclusive, ShareUpdateExclusive, Share, ShareRowExclusive, Exclusive, AccessExclusive),
}
