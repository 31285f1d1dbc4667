package are

import "unicode/utf8"

// opcode is what an instruction of the automaton does.
type opcode uint8

const (
	opChar opcode = iota
	opSplit
	opJump
	opAssert
	opLook
	opAccept
)

type instruction struct {
	op     opcode
	set    *charset
	assert assert
	look   *node
	x, y   int
}

// program is the automaton of one node; it begins at instruction 0.
type program struct{ code []instruction }

// maxCode bounds the automaton that bounds like {255} can make.
const maxCode = 200_000

// compile gives the node its program.
func (n *node) compile() error {
	if n.program != nil {
		return nil
	}
	p := &program{}
	if err := p.emit(n); err != nil {
		return err
	}
	p.add(instruction{op: opAccept})
	n.program = p
	return nil
}

func (p *program) add(i instruction) int {
	p.code = append(p.code, i)
	return len(p.code) - 1
}

func (p *program) emit(n *node) error {
	if len(p.code) > maxCode {
		return tooComplex
	}
	switch n.kind {
	case chars:
		p.add(instruction{op: opChar, set: n.set, x: len(p.code) + 1})
	case sequence:
		for _, sub := range n.subs {
			if err := p.emit(sub); err != nil {
				return err
			}
		}
	case either:
		return p.emitEither(n)
	case group:
		return p.emit(n.subs[0])
	case reference:
		return p.emit(n.target)
	case repeat:
		return p.emitRepeat(n)
	case assertion:
		p.add(instruction{op: opAssert, assert: n.assert, x: len(p.code) + 1})
	case look:
		if err := n.subs[0].compile(); err != nil {
			return err
		}
		p.add(instruction{op: opLook, look: n, x: len(p.code) + 1})
	}
	return nil
}

func (p *program) emitEither(n *node) error {
	var jumps []int
	for i, sub := range n.subs {
		split := -1
		if i < len(n.subs)-1 {
			split = p.add(instruction{op: opSplit, x: len(p.code) + 1})
		}
		if err := p.emit(sub); err != nil {
			return err
		}
		if split >= 0 {
			jumps = append(jumps, p.add(instruction{op: opJump}))
			p.code[split].y = len(p.code)
		}
	}
	for _, j := range jumps {
		p.code[j].x = len(p.code)
	}
	return nil
}

func (p *program) emitRepeat(n *node) error {
	for range n.min {
		if err := p.emit(n.subs[0]); err != nil {
			return err
		}
	}
	if n.max == infinite {
		split := p.add(instruction{op: opSplit, x: len(p.code) + 1})
		if err := p.emit(n.subs[0]); err != nil {
			return err
		}
		p.add(instruction{op: opJump, x: split})
		p.code[split].y = len(p.code)
		return nil
	}
	var splits []int
	for range n.max - n.min {
		splits = append(splits, p.add(instruction{op: opSplit, x: len(p.code) + 1}))
		if err := p.emit(n.subs[0]); err != nil {
			return err
		}
	}
	for _, s := range splits {
		p.code[s].y = len(p.code)
	}
	return nil
}

// threads is a set of instructions.
type threads struct {
	list   []int
	member []uint32
	epoch  uint32
}

func (t *threads) reset(n int) {
	if len(t.member) < n {
		t.member = make([]uint32, n)
		t.epoch = 0
	}
	t.list = t.list[:0]
	t.epoch++
}

// simulation runs one program over the matcher's text.
type simulation struct {
	m         *matcher
	p         *program
	now, then threads
	stack     []int
	accepted  bool
}

// enter adds an instruction with all that follows without reading.
func (s *simulation) enter(t *threads, pc, at int) {
	s.stack = append(s.stack[:0], pc)
	for len(s.stack) > 0 {
		pc := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		if t.member[pc] == t.epoch {
			continue
		}
		t.member[pc] = t.epoch
		switch in := &s.p.code[pc]; in.op {
		case opChar:
			t.list = append(t.list, pc)
		case opSplit:
			s.stack = append(s.stack, in.y, in.x)
		case opJump:
			s.stack = append(s.stack, in.x)
		case opAssert:
			if s.m.holds(in.assert, at) {
				s.stack = append(s.stack, in.x)
			}
		case opLook:
			if s.m.looks(in.look, at) {
				s.stack = append(s.stack, in.x)
			}
		case opAccept:
			s.accepted = true
		}
	}
}

// run begins at from, and at every later place too if floating, and calls
// accept with each place up to limit where a match ends, until that returns
// false.
func (s *simulation) run(from, limit int, floating bool, accept func(at int) bool) {
	n := len(s.p.code)
	s.now.reset(n)
	s.accepted = false
	s.enter(&s.now, 0, from)
	for at := from; ; {
		if s.accepted && !accept(at) {
			return
		}
		if at >= limit || len(s.now.list) == 0 && !floating {
			return
		}
		r, size := rune(s.m.s[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s.m.s[at:])
		}
		s.then.reset(n)
		s.accepted = false
		for _, pc := range s.now.list {
			if s.p.code[pc].set.has(r) {
				s.enter(&s.then, s.p.code[pc].x, at+size)
			}
		}
		at += size
		if floating {
			s.enter(&s.then, 0, at)
		}
		s.now, s.then = s.then, s.now
	}
}
