package wire

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// The first four bytes of a packet without a type say what it is: a protocol
// version, or one of these requests, whose "major version" is 1234.
const (
	codeCancel = 1234<<16 | 5678
	codeSSL    = 1234<<16 | 5679
	codeGSSENC = 1234<<16 | 5680

	protocolMajor = 3
	protocolMinor = 2 // the newest one spoken here
	// longKeys is the first minor version whose cancel keys have any length.
	longKeys = 2
	shortKey = 4
)

// introduction is what a startup packet says.
type introduction struct {
	startup frontend.Startup
	options string   // still to be parsed
	minor   int      // the minor version to be spoken
	asked   int      // the one asked for
	unknown []string // protocol options that are unknown here
}

// receiveStartup reads packets until one asks for a session. It refuses
// encryption as often as it is asked for, and passes a cancel request on, after
// which it returns errClosing.
func (c *conn) receiveStartup() (*introduction, error) {
	// As in Postgres, the same kind of encryption is not refused twice in a
	// row: its code then counts as a protocol version that is unknown.
	var refused uint32
	for {
		packet, err := c.in.startup()
		if err != nil {
			return nil, err
		}
		code := binary.BigEndian.Uint32(packet)
		switch {
		case code == codeCancel:
			c.cancelRequest(packet[4:])
			return nil, errClosing
		case (code == codeSSL || code == codeGSSENC) && code != refused:
			refused = code
			if _, err := c.socket.Write([]byte{'N'}); err != nil {
				return nil, err
			}
			if c.in.buffered() > 0 {
				return nil, smuggled(code)
			}
		default:
			return parseStartup(packet)
		}
	}
}

// smuggled refuses bytes that came with a request for encryption: once it is
// granted they could have been put there by somebody in between.
func smuggled(code uint32) error {
	kind := "SSL"
	if code == codeGSSENC {
		kind = "GSSAPI encryption"
	}
	return fatal(pgerr.ProtocolViolation, "received unencrypted data after %s request", kind).
		WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.")
}

// cancelRequest passes a process number and a key on. Nothing is answered,
// lest somebody learn which keys there are.
func (c *conn) cancelRequest(packet []byte) {
	if len(packet) < 4+shortKey {
		return
	}
	pid := int32(binary.BigEndian.Uint32(packet))
	c.server.backend.Cancel(pid, bytes.Clone(packet[4:]))
}

// parseStartup reads a startup packet: version, then pairs of strings, then a
// zero byte.
func parseStartup(packet []byte) (*introduction, error) {
	version := binary.BigEndian.Uint32(packet)
	if major := version >> 16; major != protocolMajor {
		return nil, fatal(pgerr.FeatureNotSupported,
			"unsupported frontend protocol %d.%d: server supports %d.0 to %d.%d",
			major, version&0xffff, protocolMajor, protocolMajor, protocolMinor)
	}
	intro := &introduction{asked: int(version & 0xffff)}
	intro.minor = min(intro.asked, protocolMinor)
	rest := packet[4:]
	for len(rest) > 0 && rest[0] != 0 {
		var name, value string
		var ok bool
		if name, rest, ok = cutString(rest); !ok {
			break
		}
		if value, rest, ok = cutString(rest); !ok {
			break
		}
		if err := intro.set(name, value); err != nil {
			return nil, err
		}
	}
	if len(rest) != 1 || rest[0] != 0 {
		return nil, fatal(pgerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte")
	}
	if intro.startup.User == "" {
		return nil, fatal(pgerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet")
	}
	if intro.startup.Database == "" {
		intro.startup.Database = intro.startup.User
	}
	return intro, nil
}

func cutString(b []byte) (s string, rest []byte, ok bool) {
	end := bytes.IndexByte(b, 0)
	if end < 0 {
		return "", b, false
	}
	return string(b[:end]), b[end+1:], true
}

// set takes one startup parameter.
func (i *introduction) set(name, value string) error {
	switch {
	case name == "user":
		i.startup.User = value
	case name == "database":
		i.startup.Database = value
	case name == "options":
		i.options = value
	case name == "replication":
		return refuseReplication(value)
	case strings.HasPrefix(name, "_pq_."):
		i.unknown = append(i.unknown, name)
	default:
		i.startup.Settings = append(i.startup.Settings, frontend.Setting{Name: name, Value: value})
	}
	return nil
}

// refuseReplication accepts the parameter where it asks for nothing.
func refuseReplication(value string) error {
	switch strings.ToLower(value) {
	case "false", "off", "no", "0", "f", "n":
		return nil
	case "true", "on", "yes", "1", "t", "y", "database":
		return pgerr.Unsupported("replication").WithSeverity(pgerr.SeverityFatal)
	}
	return fatal(pgerr.InvalidParameterValue, `invalid value for parameter "replication": "%s"`, value).
		WithHint(`Valid values are: "false", 0, "true", 1, "database".`)
}

// negotiate tells a client that asked for more than there is what there is.
func (i *introduction) negotiate(o *output) error {
	if i.asked <= protocolMinor && len(i.unknown) == 0 {
		return nil
	}
	start := o.begin('v')
	o.buf = binary.BigEndian.AppendUint32(o.buf, protocolMajor<<16|uint32(i.minor))
	o.buf = binary.BigEndian.AppendUint32(o.buf, uint32(len(i.unknown)))
	for _, name := range i.unknown {
		o.buf = append(append(o.buf, name...), 0)
	}
	return o.end(start)
}

// sendKey appends BackendKeyData, which pgproto3 knows with four bytes only.
func (i *introduction) sendKey(o *output, pid int32, secret []byte) error {
	if i.minor < longKeys {
		return o.send(&pgproto3.BackendKeyData{ProcessID: uint32(pid), SecretKey: binary.BigEndian.Uint32(secret)})
	}
	start := o.begin('K')
	o.buf = binary.BigEndian.AppendUint32(o.buf, uint32(pid))
	o.buf = append(o.buf, secret...)
	return o.end(start)
}

// startupFailure decides what a client hears whose introduction failed. A
// stream that is no introduction at all, such as HTTP or TLS, gets no answer,
// as Postgres gives none.
func startupFailure(err error) *pgerr.Error {
	switch err {
	case io.EOF, io.ErrUnexpectedEOF, errStartupLength, errClosing:
		return nil
	}
	if e := pgerr.From(err); e.Code != pgerr.InternalError {
		return e
	}
	return nil
}
