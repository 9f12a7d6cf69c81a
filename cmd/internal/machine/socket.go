package machine

type socket struct{}

func listen(*Machine) (*socket, error) { return &socket{}, nil }
func (*socket) Close() error           { return nil }
