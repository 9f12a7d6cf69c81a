package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// Client is a tool's end of the socket. Close it.
type Client struct {
	http http.Client
}

// Dial connects to the register that listens at path, or fails with ErrNotRunning.
func Dial(path string) (*Client, error) {
	c, err := net.Dial("unix", path)
	if err != nil {
		return nil, ErrNotRunning.Wrap(err)
	}
	_ = c.Close()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{http.Client{Transport: &http.Transport{DialContext: dial}}}, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do sends an intent and decodes the answer into out, which may be nil. A refusal comes
// back as the fault the register gave.
func (c *Client) Do(ctx context.Context, r Request, out any) error {
	b, err := json.Marshal(r)
	if err != nil {
		return ErrRequest.With(r.Name).Wrap(err)
	}
	return c.whole(ctx, http.MethodPost, "/do", b, out)
}

// Status reads the register's state, or the part called name, into out.
func (c *Client) Status(ctx context.Context, name string, out any) error {
	path := "/status"
	if name != "" {
		path += "/" + name
	}
	return c.whole(ctx, http.MethodGet, path, nil, out)
}

// Journal opens a stream of the register: "dump", "verify" … as its Streamer names them.
// Reading it ends with io.EOF when all came, else with the register's fault. The caller
// closes it.
func (c *Client) Journal(ctx context.Context, name string, query url.Values) (io.ReadCloser, error) {
	path := "/journal/" + name
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	a, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return &reader{a}, nil
}

type reader struct{ answer *http.Response }

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.answer.Body.Read(p)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		err = ErrSocket.Wrap(err)
	case r.answer.Trailer.Get(faultTrailer) != "":
		err = unpack([]byte(r.answer.Trailer.Get(faultTrailer)))
	}
	return n, err
}

func (r *reader) Close() error { return r.answer.Body.Close() }

func (c *Client) whole(ctx context.Context, method, path string, body []byte, out any) error {
	a, err := c.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		return ErrSocket.Wrap(err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return ErrSocket.Wrap(fmt.Errorf("read the answer to %s: %w", path, err))
	}
	return nil
}

// send returns a good answer, or the fault the register sent.
func (c *Client) send(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://register"+path, bytes.NewReader(body))
	if err != nil {
		return nil, ErrRequest.With(path).Wrap(err)
	}
	a, err := c.http.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return nil, ErrNotRunning.Wrap(err)
		}
		return nil, ErrSocket.Wrap(err)
	}
	if a.StatusCode == http.StatusOK {
		return a, nil
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	if err != nil {
		return nil, ErrSocket.Wrap(err)
	}
	return nil, unpack(b)
}
