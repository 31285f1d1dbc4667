package datum

import (
	"bytes"
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(inetType(oid.Inet, "inet", false), inetType(oid.CIDR, "cidr", true))
}

func inetType(id oid.OID, name string, cidr bool) *Type {
	return &Type{
		OID: id, Name: name, Storage: KindText, Ordering: OrderKey,
		Input: func(_ *Env, s string) (Datum, error) {
			p, ok := parseInet(s, cidr)
			if !ok {
				return Null, badText(name, s)
			}
			if cidr && p != p.Masked() {
				return Null, pgerr.Newf(pgerr.InvalidTextRepresentation, `invalid cidr value: "%s"`, s).
					WithDetail("Value has bits set to right of mask.")
			}
			return inetDatum(p, cidr), nil
		},
		AppendText:   appendBytes,
		Recv:         func(_ *Env, b []byte) (Datum, error) { return recvInet(b, cidr) },
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte { return appendInetBinary(dst, InetPrefix(d), cidr) },
		Compare:      func(a, b Datum) int { return comparePrefixes(InetPrefix(a), InetPrefix(b)) },
		AppendKey:    func(dst []byte, d Datum) []byte { return appendInetKey(dst, InetPrefix(d)) },
	}
}

// InetPrefix is the address of a stored inet or cidr with the length of its
// network.
func InetPrefix(d Datum) netip.Prefix {
	s := d.View()
	if p, err := netip.ParsePrefix(s); err == nil {
		return p
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(a, a.BitLen())
}

// inetDatum is the stored form: an inet names the length of its network only
// where that is not the whole address.
func inetDatum(p netip.Prefix, cidr bool) Datum {
	if !cidr && p.IsSingleIP() {
		return Text(p.Addr().String())
	}
	return Text(p.String())
}

// parseInet reads an address with an optional length. Cidr allows to leave
// bytes of an IPv4 network out.
func parseInet(s string, cidr bool) (netip.Prefix, bool) {
	address, length, given := strings.Cut(s, "/")
	bits := -1
	if given {
		n, err := strconv.ParseUint(length, 10, 8)
		if err != nil || len(length) > 1 && length[0] == '0' {
			return netip.Prefix{}, false
		}
		bits = int(n)
	}
	if strings.Contains(address, "%") {
		return netip.Prefix{}, false
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		if !cidr || strings.Contains(address, ":") {
			return netip.Prefix{}, false
		}
		var least int
		if a, least, err = shortNetwork(address); err != nil {
			return netip.Prefix{}, false
		}
		if !given {
			bits = least
		}
	}
	if bits < 0 {
		bits = a.BitLen()
	}
	if bits > a.BitLen() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, bits), true
}

// shortNetwork reads an IPv4 network of fewer than four bytes. Without a length
// it has at least that of its historical class.
func shortNetwork(s string) (a netip.Addr, bits int, err error) {
	parts := strings.Split(s, ".")
	var b [4]byte
	if len(parts) > 3 {
		return a, 0, strconv.ErrSyntax
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return a, 0, err
		}
		b[i] = byte(n)
	}
	switch {
	case b[0] >= 240:
		bits = 32
	case b[0] >= 224:
		bits = 8
	case b[0] >= 192:
		bits = 24
	case b[0] >= 128:
		bits = 16
	default:
		bits = 8
	}
	return netip.AddrFrom4(b), max(bits, 8*len(parts)), nil
}

// comparePrefixes compares family, common network, its length, then the whole
// address.
func comparePrefixes(a, b netip.Prefix) int {
	x, y := a.Addr(), b.Addr()
	if c := cmp.Compare(x.BitLen(), y.BitLen()); c != 0 {
		return c
	}
	n := min(a.Bits(), b.Bits())
	if c := networkOf(x, n).Compare(networkOf(y, n)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Bits(), b.Bits()); c != 0 {
		return c
	}
	return bytes.Compare(x.AsSlice(), y.AsSlice())
}

func networkOf(a netip.Addr, bits int) netip.Addr {
	p, err := a.Prefix(max(bits, 0))
	if err != nil {
		return a
	}
	return p.Addr()
}

// appendInetKey spells the bits of the network out, each before a mark that it
// goes on: so the network that is a part of another sorts behind it.
func appendInetKey(dst []byte, p netip.Prefix) []byte {
	b := p.Addr().AsSlice()
	dst = append(dst, byte(len(b)))
	for i := range p.Bits() {
		dst = append(dst, 1+b[i/8]>>(7-i%8)&1)
	}
	return append(append(dst, 0), b...)
}

// Families of the binary form.
const (
	familyIPv4 = 2
	familyIPv6 = 3
)

func appendInetBinary(dst []byte, p netip.Prefix, cidr bool) []byte {
	family := byte(familyIPv4)
	if p.Addr().Is6() {
		family = familyIPv6
	}
	b := p.Addr().AsSlice()
	mark := byte(0)
	if cidr {
		mark = 1
	}
	return append(append(dst, family, byte(max(p.Bits(), 0)), mark, byte(len(b))), b...)
}

func recvInet(b []byte, cidr bool) (Datum, error) {
	name := "inet"
	if cidr {
		name = "cidr"
	}
	fault := func(what string) error {
		return pgerr.Newf(pgerr.InvalidBinaryRepresentation, `invalid %s in external "%s" value`, what, name)
	}
	if len(b) == 0 {
		return Null, noData()
	}
	size := map[byte]int{familyIPv4: 4, familyIPv6: 16}[b[0]]
	switch {
	case size == 0:
		return Null, fault("address family")
	case len(b) < 4:
		return Null, noData()
	case int(b[1]) > 8*size:
		return Null, fault("bits")
	case int(b[3]) != size:
		return Null, fault("length")
	}
	if len(b) < 4+size {
		return Null, noData()
	}
	if len(b) > 4+size {
		return Null, badBinary()
	}
	a, _ := netip.AddrFromSlice(b[4:])
	p := netip.PrefixFrom(a, int(b[1]))
	if cidr && p != p.Masked() {
		return Null, pgerr.New(pgerr.InvalidBinaryRepresentation, `invalid external "cidr" value`).
			WithDetail("Value has bits set to right of mask.")
	}
	return inetDatum(p, cidr), nil
}
