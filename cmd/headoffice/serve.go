package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"wendan/cmd/internal/command"
	"wendan/cmd/internal/machine"
	"wendan/sync/headoffice"
	"wendan/ui/web"
)

var commands = []command.Command{
	{Name: "serve", About: "run the server", About2: "运行服务器", Setup: serve},
	{Name: "pair", Args: "BRANCH REGISTER PUBLICKEY", About: "admit a register; writes the file it needs (stop the server first, or use its page's address on this machine)",
		About2: "允许一台收银机接入，生成它的配对文件", Setup: pair},
	{Name: "revoke", Args: "BRANCH REGISTER", About: "refuse a register from now on", About2: "停止接收一台收银机", Setup: revoke},
	{Name: "rebuild", About: "make the views again from the booked facts", About2: "由已入账的记录重建报表", Setup: rebuild},
}

// place declares the flags that say where head office keeps its books.
func place(f *flag.FlagSet) func(context.Context, *slog.Logger) (*headoffice.Office, error) {
	dir := f.String("dir", "headoffice-data", "folder of the books and the stream")
	listen := f.String("listen", "127.0.0.1:4222", "address for registers")
	cluster := f.String("nats", "", "URL of an external NATS cluster instead of the built-in server")
	copies := f.Int("copies", 1, "stream replicas on the external cluster")
	return func(ctx context.Context, log *slog.Logger) (*headoffice.Office, error) {
		return headoffice.Open(ctx, headoffice.Options{Dir: *dir, Listen: *listen, NATS: *cluster, Copies: *copies, Pages: web.HeadOffice(), Log: log})
	}
}

func serve(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	open := place(f)
	page := f.String("http", "127.0.0.1:8780", "address of the page; keep it on this machine or behind a server that asks for a sign-in")
	return func(ctx context.Context, out *command.Output, _ []string) error {
		log := slog.New(slog.NewTextHandler(out.Err, nil))
		office, err := open(ctx, log)
		if err != nil {
			return err
		}
		defer office.Close()
		l, err := net.Listen("tcp", *page)
		if err != nil {
			return fmt.Errorf("serve the page: %w", err)
		}
		server := &http.Server{Handler: office.Handler(), ReadHeaderTimeout: 10 * time.Second}
		go func() {
			<-ctx.Done()
			stop, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			server.Shutdown(stop)
		}()
		out.Note("页面 page: http://%s/   收银机 registers: %s", l.Addr(), office.URL())
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}

func pair(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	open := place(f)
	epoch := f.Uint("epoch", 1, "epoch of the register's journal")
	file := f.String("out", "pairing.json", "where to write the pairing; copy it into the register's data folder")
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 3 {
			return command.ErrUsage.With("BRANCH REGISTER PUBLICKEY")
		}
		key, err := hex.DecodeString(args[2])
		if err != nil {
			return headoffice.ErrKey.Wrap(err)
		}
		office, err := open(ctx, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		defer office.Close()
		p, err := office.Pair(ctx, args[0], args[1], uint32(*epoch), key)
		if err != nil {
			return err
		}
		b, err := json.Marshal(p)
		if err != nil {
			return err
		}
		if err := machine.WriteFile(*file, b); err != nil {
			return err
		}
		os.Chmod(*file, 0o600)
		return out.Result(map[string]string{"file": *file, "url": p.URL}, "配对文件 pairing written to "+*file)
	}
}

func revoke(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	open := place(f)
	return func(ctx context.Context, out *command.Output, args []string) error {
		if len(args) != 2 {
			return command.ErrUsage.With("BRANCH REGISTER")
		}
		office, err := open(ctx, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		defer office.Close()
		if err := office.Revoke(ctx, args[0], args[1]); err != nil {
			return err
		}
		return out.Result(map[string]string{"revoked": args[0] + "/" + args[1]}, "已停止接收 revoked "+args[0]+"/"+args[1])
	}
}

func rebuild(f *flag.FlagSet) func(context.Context, *command.Output, []string) error {
	open := place(f)
	return func(ctx context.Context, out *command.Output, _ []string) error {
		office, err := open(ctx, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		defer office.Close()
		var read uint64
		err = office.Rebuild(ctx, func(n uint64) {
			read = n
			out.Progress("已读 %d 条 facts read", n)
		})
		if err != nil {
			return err
		}
		return out.Result(map[string]uint64{"facts": read}, fmt.Sprintf("已由 %d 条记录重建 rebuilt from %d facts", read, read))
	}
}
