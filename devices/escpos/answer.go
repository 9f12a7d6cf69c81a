package escpos

// StatusRequest returns the real-time status request DLE EOT n, n 1 to 4. It is answered with
// one byte even while the printer is off-line. Never put it between the bytes of another
// command.
func StatusRequest(n int) []byte { return []byte{dle, 0x04, byte(n)} }

// Recover returns what brings a printer of unknown state back: enough NULs to end a
// half-received command of this package, and the initialisation, which empties the
// line.
func Recover() []byte { return append(make([]byte, slice+96), esc, '@') }

// processIDs is the number of different process ids: four bytes of 20h to 7Eh.
const processIDs = 95 * 95 * 95 * 95

// ProofRequest returns the command that asks for the profile's proof of job id, to be
// sent right behind the job, or nothing for ProofNone.
func ProofRequest(p Profile, id uint32) []byte {
	switch p.Proof {
	case ProcessID:
		d := processID(id)
		return []byte{gs, '(', 'H', 6, 0, '0', '0', d[0], d[1], d[2], d[3]}
	case OrderedStatus:
		return []byte{gs, 'r', 1}
	}
	return nil
}

func processID(id uint32) (d [4]byte) {
	id %= processIDs
	for i := 3; i >= 0; i-- {
		d[i] = 0x20 + byte(id%95)
		id /= 95
	}
	return d
}

// Kind says what an Answer is.
type Kind uint8

// The kinds of answers.
const (
	RealTime Kind = 1 // to DLE EOT n: Bytes[0]
	Ordered  Kind = 2 // to GS r n: Bytes[0]
	Printed  Kind = 3 // to GS ( H function 48: Bytes is the process id
	Auto     Kind = 4 // automatic status back: Bytes is its four bytes
	Unknown  Kind = 5 // a byte that begins none of these: Bytes[0]
)

// Answer is one message of the printer.
type Answer struct {
	Kind  Kind
	Bytes [4]byte
}

// Proves reports whether the answer shows that the job with this id is on paper.
func (a Answer) Proves(p Profile, id uint32) bool {
	switch p.Proof {
	case ProcessID:
		return a.Kind == Printed && a.Bytes == processID(id)
	case OrderedStatus:
		return a.Kind == Ordered && a.Bytes[0]&0x0c == 0 // not while paper is out
	}
	return false
}

// Decoder cuts the printer's byte stream into answers. Bytes may arrive in any pieces.
// The zero value is ready.
type Decoder struct{ held []byte }

// Held returns how many bytes of an unfinished answer wait.
func (d *Decoder) Held() int { return len(d.held) }

// Feed takes the next bytes and returns the answers that are complete.
func (d *Decoder) Feed(b []byte) []Answer {
	var answers []Answer
	for _, c := range b {
		d.held = append(d.held, c)
		for len(d.held) > 0 {
			a, n := first(d.held)
			if n == 0 {
				break
			}
			if a.Kind != 0 {
				answers = append(answers, a)
			}
			d.held = d.held[n:]
		}
	}
	return answers
}

// first reads the answer at the beginning of b: its length is 0 when more bytes are
// needed, and its kind 0 when the bytes mean nothing (XON and XOFF).
func first(b []byte) (Answer, int) {
	one := func(k Kind) (Answer, int) { return Answer{Kind: k, Bytes: [4]byte{b[0]}}, 1 }
	switch {
	case b[0] == 0x37:
		for i, c := range b[1:] {
			ok := i == 0 && c == 0x22 || i >= 1 && i <= 4 && c >= 0x20 && c <= 0x7e || i == 5 && c == 0
			if !ok {
				return one(Unknown)
			}
			if i == 5 {
				return Answer{Kind: Printed, Bytes: [4]byte(b[2:6])}, 7
			}
		}
		return Answer{}, 0
	case b[0] == 0x11 || b[0] == 0x13:
		return Answer{}, 1
	case b[0]&0x93 == 0x12:
		return one(RealTime)
	case b[0]&0x93 == 0x10:
		for _, c := range b[1:] {
			if c&0x90 != 0 {
				return one(Unknown)
			}
		}
		if len(b) < 4 {
			return Answer{}, 0
		}
		return Answer{Kind: Auto, Bytes: [4]byte(b)}, 4
	case b[0]&0x90 == 0:
		return one(Ordered)
	}
	return one(Unknown)
}
