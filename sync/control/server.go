package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"wendan/store/fault"
)

// Routes are what a register serves; nil ones answer ErrUnknown.
type Routes struct {
	Do      Doer
	View    Viewer
	Journal Streamer
}

// Server is the register's end of the socket. Close it.
type Server struct {
	path string
	http http.Server
	done sync.WaitGroup
}

// Listen opens the socket at path, in a folder that only this user can enter (made when
// missing), and serves routes until Close. A socket left over by a register that died is
// replaced; one that answers is ErrRunning. Log may be nil.
func Listen(path string, routes Routes, log *slog.Logger) (*Server, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if len(path) > 100 {
		return nil, ErrSocket.Wrap(fmt.Errorf("socket path of %d bytes is too long for the system", len(path)))
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, ErrSocket.Wrap(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, ErrSocket.Wrap(err)
	}
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close()
		return nil, ErrRunning
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, ErrSocket.Wrap(err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, ErrSocket.Wrap(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(ErrSocket.Wrap(err), l.Close())
	}
	s := &Server{path: path}
	s.http = http.Server{Handler: routes.handler(log), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		if err := s.http.Serve(guarded{l, log}); !errors.Is(err, http.ErrServerClosed) {
			log.Error("control socket ended", "err", err)
		}
	}()
	return s, nil
}

// Close stops listening, gives requests under way two seconds, ends them and removes the
// socket.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = s.http.Close()
	}
	s.done.Wait()
	return err
}

// guarded lets in only the user who runs the register, and root.
type guarded struct {
	net.Listener
	log *slog.Logger
}

func (g guarded) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		uid, err := peer(c)
		if err == nil && allowed(uid, os.Getuid()) {
			return c, nil
		}
		g.log.Warn("control connection refused", "uid", uid, "err", err)
		_ = c.Close()
	}
}

func allowed(uid, own int) bool { return uid == own || uid == 0 }

// peer is the user at the other end of a unix socket.
func peer(c net.Conn) (int, error) {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return -1, fmt.Errorf("not a unix socket")
	}
	raw, err := u.SyscallConn()
	if err != nil {
		return -1, err
	}
	var cred *unix.Ucred
	var inner error
	if err := raw.Control(func(fd uintptr) { cred, inner = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return -1, err
	}
	if inner != nil {
		return -1, inner
	}
	return int(cred.Uid), nil
}

func (r Routes) handler(log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, q *http.Request) {
		answer(w, log, func() (any, error) {
			var req Request
			b, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
			if err == nil {
				err = decode(b, &req)
			}
			if err != nil || req.Name == "" {
				return nil, ErrRequest.With("POST /do").Wrap(err)
			}
			if r.Do == nil {
				return nil, ErrUnknown.With(req.Name)
			}
			return r.Do.Do(q.Context(), req)
		})
	})
	view := func(w http.ResponseWriter, q *http.Request) {
		answer(w, log, func() (any, error) {
			if r.View == nil {
				return nil, ErrUnknown.With(q.URL.Path)
			}
			return r.View.View(q.Context(), q.PathValue("name"))
		})
	}
	mux.HandleFunc("GET /status", view)
	mux.HandleFunc("GET /status/{name...}", view)
	mux.HandleFunc("GET /journal/{name...}", r.stream)
	mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) { refuse(w, ErrUnknown.With(q.URL.Path)) })
	return mux
}

func answer(w http.ResponseWriter, log *slog.Logger, f func() (any, error)) {
	v, err := f()
	if err != nil {
		refuse(w, err)
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		refuse(w, fmt.Errorf("encode the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if _, err := w.Write(append(b, '\n')); err != nil {
		log.Debug("tool went away", "err", err)
	}
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusUnprocessableEntity
	switch fault.Code(err) {
	case fault.Internal:
		status = http.StatusInternalServerError
	case ErrUnknown.Code:
		status = http.StatusNotFound
	case ErrRequest.Code:
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(pack(err)) // the tool may be gone: nobody is left to tell
}

// begun notes whether a stream has written anything, and sends bytes on at once.
type begun struct {
	w     http.ResponseWriter
	wrote bool
}

func (b *begun) Write(p []byte) (int, error) {
	if !b.wrote {
		b.wrote = true
		b.w.Header().Set("Content-Type", "application/x-ndjson")
		b.w.Header().Set("Trailer", faultTrailer)
	}
	return b.w.Write(p)
}

func (r Routes) stream(w http.ResponseWriter, q *http.Request) {
	if r.Journal == nil {
		refuse(w, ErrUnknown.With(q.URL.Path))
		return
	}
	out := &begun{w: w}
	err := r.Journal.Stream(q.Context(), q.PathValue("name"), q.URL.Query(), out)
	switch {
	case err != nil && !out.wrote:
		refuse(w, err)
	case err != nil:
		w.Header().Set(faultTrailer, string(pack(err)))
	}
}

// decode reads exactly one JSON value and keeps numbers as they are.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more than one value")
	}
	return nil
}
