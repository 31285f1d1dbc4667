package builtin

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// inetFunctions are those of inet and cidr, an address with the length of its
// network.
func inetFunctions() Table {
	text := func(f func(p netip.Prefix) string) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.Text(f(datum.InetPrefix(a))), nil })
	}
	toInet := func(f func(p netip.Prefix) netip.Prefix) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return inetOf(f(datum.InetPrefix(a))), nil })
	}
	number := func(f func(p netip.Prefix) int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.Int(int64(f(datum.InetPrefix(a)))), nil })
	}
	relation := func(f func(p, q netip.Prefix) bool) Impl {
		return scalar(test2(func(a, b datum.Datum) bool { return f(datum.InetPrefix(a), datum.InetPrefix(b)) }))
	}
	bytewise := func(verb string, f func(a, b byte) byte) Impl {
		return two(func(a, b datum.Datum) (datum.Datum, error) {
			p, q := datum.InetPrefix(a), datum.InetPrefix(b)
			if p.Addr().BitLen() != q.Addr().BitLen() {
				return datum.Null, invalid("cannot %s inet values of different sizes", verb)
			}
			x, y := p.Addr().AsSlice(), q.Addr().AsSlice()
			for i := range x {
				x[i] = f(x[i], y[i])
			}
			return inetOf(prefixOf(x, max(p.Bits(), q.Bits()))), nil
		})
	}
	add := func(a datum.Datum, n int64) (datum.Datum, error) { return inetAdd(datum.InetPrefix(a), n) }
	return Table{
		"network_show":    text(netip.Prefix.String),
		"network_host":    text(func(p netip.Prefix) string { return p.Addr().String() }),
		"inet_abbrev":     text(func(p netip.Prefix) string { return inetOf(p).Str() }),
		"cidr_abbrev":     text(cidrAbbrev),
		"network_family":  number(func(p netip.Prefix) int { return pickInt(p.Addr().Is4(), 4, 6) }),
		"network_masklen": number(netip.Prefix.Bits),
		"network_network": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Text(datum.InetPrefix(a).Masked().String()), nil
		}),
		"inet_to_cidr": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Text(datum.InetPrefix(a).Masked().String()), nil
		}),
		"network_broadcast": toInet(func(p netip.Prefix) netip.Prefix {
			return prefixOf(maskBytes(p, func(b, mask byte) byte { return b | ^mask }), p.Bits())
		}),
		"network_netmask": toInet(func(p netip.Prefix) netip.Prefix {
			return prefixOf(maskBytes(p, func(_, mask byte) byte { return mask }), p.Addr().BitLen())
		}),
		"network_hostmask": toInet(func(p netip.Prefix) netip.Prefix {
			return prefixOf(maskBytes(p, func(_, mask byte) byte { return ^mask }), p.Addr().BitLen())
		}),
		"inetnot": toInet(func(p netip.Prefix) netip.Prefix {
			b := p.Addr().AsSlice()
			for i := range b {
				b[i] = ^b[i]
			}
			return prefixOf(b, p.Bits())
		}),
		"inetand":                  bytewise("AND", func(a, b byte) byte { return a & b }),
		"inetor":                   bytewise("OR", func(a, b byte) byte { return a | b }),
		"inetpl":                   two(func(a, n datum.Datum) (datum.Datum, error) { return add(a, n.Int()) }),
		"int8pl_inet(bigint,inet)": two(func(n, a datum.Datum) (datum.Datum, error) { return add(a, n.Int()) }),
		"inetmi_int8":              two(func(a, n datum.Datum) (datum.Datum, error) { return add(a, -n.Int()) }),
		"inetmi":                   two(inetDiff),
		"inet_set_masklen": two(func(a, n datum.Datum) (datum.Datum, error) {
			p, err := withLength(a, n.Int())
			return inetOf(p), err
		}),
		"cidr_set_masklen": two(func(a, n datum.Datum) (datum.Datum, error) {
			p, err := withLength(a, n.Int())
			return datum.Text(p.Masked().String()), err
		}),
		"inet_same_family": relation(func(p, q netip.Prefix) bool { return p.Addr().BitLen() == q.Addr().BitLen() }),
		"inet_merge":       two(inetMerge),
		"network_sub":      relation(func(p, q netip.Prefix) bool { return p.Bits() > q.Bits() && inside(p, q) }),
		"network_subeq":    relation(func(p, q netip.Prefix) bool { return p.Bits() >= q.Bits() && inside(p, q) }),
		"network_sup":      relation(func(p, q netip.Prefix) bool { return p.Bits() < q.Bits() && inside(q, p) }),
		"network_supeq":    relation(func(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && inside(q, p) }),
		"network_overlap":  relation(netip.Prefix.Overlaps),
		"network_larger":   larger(datum.ByOID(oid.Inet).Compare),
		"network_smaller":  smaller(datum.ByOID(oid.Inet).Compare),
	}
}

// inetOf is the stored form: the length is left out where it is the address's.
func inetOf(p netip.Prefix) datum.Datum {
	if p.IsSingleIP() {
		return datum.Text(p.Addr().String())
	}
	return datum.Text(p.String())
}

func pickInt(first bool, a, b int) int {
	if first {
		return a
	}
	return b
}

func prefixOf(b []byte, n int) netip.Prefix {
	a, _ := netip.AddrFromSlice(b)
	return netip.PrefixFrom(a, n)
}

// maskBytes computes each byte of an address with that of the network's mask.
func maskBytes(p netip.Prefix, f func(b, mask byte) byte) []byte {
	out := p.Addr().AsSlice()
	for i := range out {
		n := min(max(p.Bits()-8*i, 0), 8)
		out[i] = f(out[i], ^byte(0xff>>n))
	}
	return out
}

func inside(p, q netip.Prefix) bool { return q.Contains(p.Addr()) }

func withLength(a datum.Datum, n int64) (netip.Prefix, error) {
	p := datum.InetPrefix(a)
	if n == -1 {
		n = int64(p.Addr().BitLen())
	}
	if n < 0 || n > int64(p.Addr().BitLen()) {
		return p, invalid("invalid mask length: %d", n)
	}
	return netip.PrefixFrom(p.Addr(), int(n)), nil
}

// words are the two halves of an address as a number.
func words(a netip.Addr) (high, low uint64) {
	if a.Is4() {
		b := a.As4()
		return 0, uint64(binary.BigEndian.Uint32(b[:]))
	}
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

func inetAdd(p netip.Prefix, n int64) (datum.Datum, error) {
	high, low := words(p.Addr())
	sum, carry := bits.Add64(low, uint64(n), 0)
	over := false
	if p.Addr().Is4() {
		if carry != 0 && n >= 0 || sum > 0xffffffff {
			over = true
		}
		b := binary.BigEndian.AppendUint32(nil, uint32(sum))
		if over {
			return datum.Null, outOfRange("result is")
		}
		return inetOf(prefixOf(b, p.Bits())), nil
	}
	extension := uint64(0)
	if n < 0 {
		extension = ^uint64(0)
	}
	top, carry := bits.Add64(high, extension, carry)
	if n >= 0 && carry != 0 || n < 0 && carry == 0 {
		return datum.Null, outOfRange("result is")
	}
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, top), sum)
	return inetOf(prefixOf(b, p.Bits())), nil
}

func inetDiff(a, b datum.Datum) (datum.Datum, error) {
	p, q := datum.InetPrefix(a), datum.InetPrefix(b)
	if p.Addr().BitLen() != q.Addr().BitLen() {
		return datum.Null, invalid("cannot subtract inet values of different sizes")
	}
	high, low := words(p.Addr())
	high2, low2 := words(q.Addr())
	diff, borrow := bits.Sub64(low, low2, 0)
	top, _ := bits.Sub64(high, high2, borrow)
	if p.Addr().Is4() {
		return datum.Int(int64(diff)), nil
	}
	if top != uint64(int64(diff)>>63) {
		return datum.Null, outOfRange("result is")
	}
	return datum.Int(int64(diff)), nil
}

// inetMerge is the smallest network that has both.
func inetMerge(a, b datum.Datum) (datum.Datum, error) {
	p, q := datum.InetPrefix(a), datum.InetPrefix(b)
	if p.Addr().BitLen() != q.Addr().BitLen() {
		return datum.Null, invalid("cannot merge addresses from different families")
	}
	n := min(p.Bits(), q.Bits())
	for ; n > 0 && !netip.PrefixFrom(p.Addr(), n).Contains(q.Addr()); n-- {
	}
	return datum.Text(netip.PrefixFrom(p.Addr(), n).Masked().String()), nil
}

// cidrAbbrev leaves out the bytes behind an IPv4 network, and the zeros behind
// an IPv6 one.
func cidrAbbrev(p netip.Prefix) string {
	if !p.Addr().Is4() {
		return p.String()
	}
	b := p.Addr().As4()
	used := max((p.Bits()+7)/8, 1)
	var parts []string
	for _, c := range b[:used] {
		parts = append(parts, strconv.Itoa(int(c)))
	}
	return strings.Join(parts, ".") + "/" + strconv.Itoa(p.Bits())
}
