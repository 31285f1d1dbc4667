package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgproto3/v2"
)

// encodeScript turns lines such as
//
//	query "SELECT 1"
//	parse "name" "SELECT $1" 23
//	bind "portal" "name" in=1 x'00000001' NULL "text" out=0,1
//	describe S "name"
//	execute "portal" 10
//	close P "portal"
//	copydata "1\n"
//	copydone
//	copyfail "reason"
//	function
//	flush
//	sync
//	terminate
//	raw x'51' "..."
//
// into messages, and counts those that are answered with ReadyForQuery.
func encodeScript(text string) (packet []byte, ready int, err error) {
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words, err := splitWords(line)
		if err != nil {
			return nil, 0, fmt.Errorf("%q: %w", line, err)
		}
		if words[0] == "raw" {
			for _, w := range words[1:] {
				packet = append(packet, value(w)...)
			}
			continue
		}
		m, err := scriptMessage(words)
		if err != nil {
			return nil, 0, err
		}
		if packet, err = m.Encode(packet); err != nil {
			return nil, 0, err
		}
		if words[0] == "query" || words[0] == "sync" || words[0] == "function" {
			ready++
		}
	}
	return packet, ready, nil
}

func scriptMessage(words []string) (pgproto3.FrontendMessage, error) {
	arg := func(i int) string {
		if i < len(words) {
			return string(value(words[i]))
		}
		return ""
	}
	switch words[0] {
	case "query":
		return &pgproto3.Query{String: arg(1)}, nil
	case "parse":
		m := &pgproto3.Parse{Name: arg(1), Query: arg(2)}
		for i := 3; i < len(words); i++ {
			n, err := strconv.ParseUint(words[i], 10, 32)
			if err != nil {
				return nil, err
			}
			m.ParameterOIDs = append(m.ParameterOIDs, uint32(n))
		}
		return m, nil
	case "bind":
		return scriptBind(words)
	case "describe":
		return &pgproto3.Describe{ObjectType: words[1][0], Name: arg(2)}, nil
	case "execute":
		n, err := strconv.ParseInt("0"+strings.TrimPrefix(arg(2), "-"), 10, 32)
		if strings.HasPrefix(arg(2), "-") {
			n = -n
		}
		return &pgproto3.Execute{Portal: arg(1), MaxRows: uint32(n)}, err
	case "close":
		return &pgproto3.Close{ObjectType: words[1][0], Name: arg(2)}, nil
	case "copydata":
		return &pgproto3.CopyData{Data: value(words[1])}, nil
	case "copydone":
		return &pgproto3.CopyDone{}, nil
	case "copyfail":
		return &pgproto3.CopyFail{Message: arg(1)}, nil
	case "function":
		return &pgproto3.FunctionCall{Function: 1}, nil
	case "flush":
		return &pgproto3.Flush{}, nil
	case "sync":
		return &pgproto3.Sync{}, nil
	case "terminate":
		return &pgproto3.Terminate{}, nil
	}
	return nil, fmt.Errorf("unknown message %q", words[0])
}

func scriptBind(words []string) (*pgproto3.Bind, error) {
	m := &pgproto3.Bind{DestinationPortal: string(value(words[1])), PreparedStatement: string(value(words[2]))}
	var err error
	for _, w := range words[3:] {
		if list, ok := strings.CutPrefix(w, "in="); ok {
			m.ParameterFormatCodes, err = formats(list)
		} else if list, ok := strings.CutPrefix(w, "out="); ok {
			m.ResultFormatCodes, err = formats(list)
		} else {
			m.Parameters = append(m.Parameters, value(w))
		}
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

func formats(list string) ([]int16, error) {
	var out []int16
	for _, s := range strings.Split(list, ",") {
		n, err := strconv.ParseInt(s, 10, 16)
		if err != nil {
			return nil, err
		}
		out = append(out, int16(n))
	}
	return out, nil
}

// value is what a word stands for: bytes, or nil for NULL.
func value(word string) []byte {
	if word == "NULL" {
		return nil
	}
	if b, ok := unhex(word); ok {
		return b
	}
	if s, err := strconv.Unquote(word); err == nil {
		return []byte(s)
	}
	return []byte(word)
}

func splitWords(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] == '"' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, err
			}
			words, line = append(words, quoted), line[len(quoted):]
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		words, line = append(words, word), rest
	}
	return words, nil
}

// serverMessages are the names of what a server sends.
var serverMessages = map[byte]string{
	'R': "Authentication", 'K': "BackendKeyData", 'S': "ParameterStatus", 'v': "NegotiateProtocolVersion",
	'Z': "ReadyForQuery", 'E': "ErrorResponse", 'N': "NoticeResponse", 'A': "NotificationResponse",
	'1': "ParseComplete", '2': "BindComplete", '3': "CloseComplete", 'n': "NoData",
	't': "ParameterDescription", 'T': "RowDescription", 'D': "DataRow", 'C': "CommandComplete",
	'I': "EmptyQueryResponse", 's': "PortalSuspended",
	'G': "CopyInResponse", 'H': "CopyOutResponse", 'd': "CopyData", 'c': "CopyDone",
}

// showMessage is one line for a message, without what differs from server to
// server: keys, process numbers, places in source code, the server's version.
func showMessage(typ byte, body []byte) string {
	name := serverMessages[typ]
	switch typ {
	case 'R':
		return fmt.Sprintf("%s %d", name, binary.BigEndian.Uint32(body))
	case 'K':
		return fmt.Sprintf("%s, %d bytes", name, len(body))
	case 'S':
		key, val, _ := strings.Cut(string(body[:len(body)-1]), "\x00")
		if key == "server_version" || key == "TimeZone" {
			val = "..."
		}
		return fmt.Sprintf("%s %s=%s", name, key, val)
	case 'v':
		version := binary.BigEndian.Uint32(body)
		options := strings.Split(strings.TrimSuffix(string(body[8:]), "\x00"), "\x00")
		return fmt.Sprintf("%s %d.%d %q", name, version>>16, version&0xffff, options)
	case 'A':
		channel, payload, _ := strings.Cut(string(body[4:]), "\x00")
		return fmt.Sprintf("%s %s %q", name, channel, strings.TrimSuffix(payload, "\x00"))
	case 'Z':
		return fmt.Sprintf("%s %c", name, body[0])
	case 'C':
		return fmt.Sprintf("%s %q", name, body[:len(body)-1])
	case 'd':
		return fmt.Sprintf("%s %q", name, body)
	case 'D':
		return name + showValues(body)
	case 't':
		out := name
		for rest := body[2:]; len(rest) > 0; rest = rest[4:] {
			out += fmt.Sprintf(" %d", binary.BigEndian.Uint32(rest))
		}
		return out
	case 'T':
		return name + showFields(body)
	case 'E', 'N':
		return name + showFault(body)
	case 'G', 'H':
		return fmt.Sprintf("%s %v", name, body)
	}
	if len(body) > 0 {
		return fmt.Sprintf("%s %q", name, body)
	}
	return name
}

func showValues(body []byte) (out string) {
	for rest := body[2:]; len(rest) > 0; {
		n := int32(binary.BigEndian.Uint32(rest))
		rest = rest[4:]
		if n < 0 {
			out += " NULL"
			continue
		}
		out += fmt.Sprintf(" %q", rest[:n])
		rest = rest[n:]
	}
	return out
}

func showFields(body []byte) (out string) {
	for rest := body[2:]; len(rest) > 0; {
		end := bytes.IndexByte(rest, 0)
		name := rest[:end]
		rest = rest[end+1:]
		out += fmt.Sprintf(" (%s table=%d.%d type=%d len=%d typmod=%d format=%d)", name,
			binary.BigEndian.Uint32(rest), binary.BigEndian.Uint16(rest[4:]), binary.BigEndian.Uint32(rest[6:]),
			int16(binary.BigEndian.Uint16(rest[10:])), int32(binary.BigEndian.Uint32(rest[12:])), binary.BigEndian.Uint16(rest[16:]))
		rest = rest[18:]
	}
	return out
}

func showFault(body []byte) (out string) {
	for _, f := range strings.Split(string(body), "\x00") {
		if f == "" || strings.ContainsRune("FLR", rune(f[0])) {
			continue
		}
		out += fmt.Sprintf(" %c=%s", f[0], strings.ReplaceAll(f[1:], "\n", `\n`))
	}
	return out
}
