package headoffice

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"wendan/sync/wire"
)

// broker is the embedded NATS server. It admits head office itself by a key made at start
// and every paired register by its NKey, each limited to its own subjects.
type broker struct {
	srv  *server.Server
	self nkeys.KeyPair
	desk *desk
	log  *slog.Logger
}

// startBroker starts the server on listen ("127.0.0.1:0" picks a free port). Every
// message is synced to the disk before it is acknowledged to a register.
func startBroker(dir, listen string, desk *desk, log *slog.Logger) (*broker, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("read listen address %q: %w", listen, err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("read listen port %q: %w", port, err)
	}
	if number == 0 {
		number = server.RANDOM_PORT
	}
	self, err := nkeys.CreateUser()
	if err != nil {
		return nil, fmt.Errorf("make head office's own key: %w", err)
	}
	b := &broker{self: self, desk: desk, log: log}
	b.srv, err = server.NewServer(&server.Options{
		ServerName: "wendan", Host: host, Port: number, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: filepath.Join(dir, "stream"), SyncAlways: true,
		JetStreamMaxMemory: 64 << 20,
		MaxPayload:         wire.MaxMessage + 64<<10, MaxPending: 64 << 20, WriteDeadline: 30 * time.Second, PingInterval: 20 * time.Second, MaxPingsOut: 3,
		AuthTimeout: 30, AlwaysEnableNonce: true, CustomClientAuthentication: b,
	})
	if err != nil {
		return nil, fmt.Errorf("make the message server: %w", err)
	}
	b.srv.Start()
	if !b.srv.ReadyForConnections(20 * time.Second) {
		b.srv.Shutdown()
		return nil, fmt.Errorf("message server is not ready on %s", listen)
	}
	return b, nil
}

// url is the address registers dial.
func (b *broker) url() string { return "nats://" + b.srv.Addr().String() }

// connect opens head office's own connection inside the process.
func (b *broker) connect(opts ...nats.Option) (*nats.Conn, error) {
	pub, err := b.self.PublicKey()
	if err != nil {
		return nil, err
	}
	return nats.Connect("", append(opts, nats.InProcessServer(b.srv), nats.Nkey(pub, b.self.Sign))...)
}

func (b *broker) stop() {
	b.srv.Shutdown()
	b.srv.WaitForShutdown()
}

// Check admits a connection: server.Authentication.
func (b *broker) Check(c server.ClientAuthentication) bool {
	o := c.GetOpts()
	if c.Kind() != server.CLIENT || o.Nkey == "" || !signed(o.Nkey, o.Sig, c.GetNonce()) {
		b.log.Warn("connection refused", "from", c.RemoteAddress())
		return false
	}
	if own, err := b.self.PublicKey(); err == nil && own == o.Nkey {
		return true
	}
	branch, register, ok := b.desk.admit(o.Nkey, c.GetID())
	if !ok {
		b.log.Warn("register refused: not paired or revoked", "from", c.RemoteAddress(), "nkey", o.Nkey)
		return false
	}
	c.RegisterUser(&server.User{Username: branch + "." + register, Permissions: rights(branch, register)})
	return true
}

// rights lets a register publish its own facts, ask for its own mark and hear its own
// answers and directives.
func rights(branch, register string) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{wire.Facts(branch, register), wire.MarkAsk(branch, register)}},
		Subscribe: &server.SubjectPermission{Allow: []string{wire.Booked(branch, register), wire.Directives(branch, register), wire.Inbox(branch, register) + ".>"}},
	}
}

func signed(nkey, sig string, nonce []byte) bool {
	raw, err := base64.RawURLEncoding.DecodeString(sig)
	if err != nil {
		if raw, err = base64.StdEncoding.DecodeString(sig); err != nil {
			return false
		}
	}
	pub, err := nkeys.FromPublicKey(nkey)
	return err == nil && pub.Verify(nonce, raw) == nil
}

// drop ends the connections with the given ids.
func (b *broker) drop(ids []uint64) {
	for _, id := range ids {
		if err := b.srv.DisconnectClientByID(id); err != nil {
			b.log.Debug("connection was gone already", "id", id)
		}
	}
}
