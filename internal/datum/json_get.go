package datum

// The functions of type json work on its text as it was written: a part of a
// value is the part of the text. All of them take texts that have been
// checked when they became values.

// jsonParts calls yield for each member or element of the outermost container;
// key is nil in an array. It returns the first byte of the value.
func jsonParts(d Datum, yield func(key []byte, value Datum)) byte {
	j := newJSONScanner(d.View(), true)
	if j.next() != nil || j.tok == jsonEnd {
		return 'n'
	}
	first := j.s[j.start]
	var key []byte
	part := func() error {
		begin := j.start
		err := j.value()
		yield(key, Text(j.s[begin:j.last]))
		return err
	}
	// The text has been checked before: errors only end the walk.
	switch first {
	case '{':
		_ = j.members(func() error {
			key = append([]byte{}, j.text...)
			return nil
		}, part)
	case '[':
		_ = j.elements(part)
	}
	return first
}

// JSONType is object, array, string, number, boolean or null.
func JSONType(d Datum) string { return jsonTypeName(jsonParts(d, func([]byte, Datum) {})) }

// JSONGet is the member of an object, the last where there are several; false
// where d has none.
func JSONGet(d Datum, key []byte) (value Datum, found bool) {
	first := jsonParts(d, func(k []byte, v Datum) {
		if k != nil && string(k) == string(key) {
			value, found = v, true
		}
	})
	return value, found && first == '{'
}

// JSONIndex is the element of an array, counted from 0 or, negative, from the
// end; false where d has none.
func JSONIndex(d Datum, i int) (Datum, bool) {
	values := JSONElements(d)
	if i < 0 {
		i += len(values)
	}
	if i < 0 || i >= len(values) {
		return Null, false
	}
	return values[i], true
}

// JSONPath follows keys and indices.
func JSONPath(d Datum, path []string) (Datum, bool) {
	for _, step := range path {
		var ok bool
		switch jsonFirst(d) {
		case '{':
			d, ok = JSONGet(d, []byte(step))
		case '[':
			i, err := parseInt(step, "integer", 32)
			if err != nil {
				return Null, false
			}
			d, ok = JSONIndex(d, int(i))
		}
		if !ok {
			return Null, false
		}
	}
	return d, true
}

// jsonFirst is the first byte of the value.
func jsonFirst(d Datum) byte {
	for _, c := range d.b {
		if !isSpace(c) {
			return c
		}
	}
	return 'n'
}

// JSONText is a value as text: strings decoded, null as NULL.
func JSONText(d Datum) (Datum, error) {
	switch jsonFirst(d) {
	case 'n':
		return Null, nil
	case '"':
		j := newJSONScanner(d.View(), true)
		if err := j.next(); err != nil {
			return Null, err
		}
		return TextBytes(j.text), nil
	}
	return d, nil
}

// JSONElements is the elements of an array, nothing for other values.
func JSONElements(d Datum) (values []Datum) {
	if jsonFirst(d) == '[' {
		jsonParts(d, func(_ []byte, v Datum) { values = append(values, v) })
	}
	return values
}

// JSONMembers is the keys, as text, and values of an object in the order of the
// text, nothing for other values.
func JSONMembers(d Datum) (keys, values []Datum) {
	if jsonFirst(d) == '{' {
		jsonParts(d, func(k []byte, v Datum) {
			keys, values = append(keys, TextBytes(k)), append(values, v)
		})
	}
	return keys, values
}

// JSONArrayLength is the number of elements of an array.
func JSONArrayLength(d Datum) (int, error) { return arrayLength(jsonFirst(d), len(JSONElements(d))) }

// JSONStripNulls removes the members that are null, at all depths, and all
// white space.
func JSONStripNulls(d Datum) Datum { return TextBytes(appendStripped(nil, d)) }

func appendStripped(dst []byte, d Datum) []byte {
	first := jsonFirst(d)
	if first != '{' && first != '[' {
		return append(dst, trimSpace(d.View())...)
	}
	dst = append(dst, first)
	empty := true
	jsonParts(d, func(key []byte, v Datum) {
		if first == '{' && jsonFirst(v) == 'n' {
			return
		}
		if !empty {
			dst = append(dst, ',')
		}
		empty = false
		if first == '{' {
			dst = append(AppendJSONString(dst, key), ':')
		}
		dst = appendStripped(dst, v)
	})
	return append(dst, first+2) // the brackets are two apart
}
