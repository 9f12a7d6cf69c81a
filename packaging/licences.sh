#!/usr/bin/env bash
# Writes packaging/licences.md: every module linked into our programs, with the licence its own file states.
set -euo pipefail
cd "$(dirname "$0")/.."
{
cat <<'T'
# 许可 Licences of what is linked

Wendan itself is Apache-2.0 (see LICENSE). `packaging/licences.sh` writes this page from the module
files; a test (`go test ./cmd`) fails when a linked module is missing here or is not on the allowed list.

- **karalabe/usb is LGPL-3.0** and is linked statically (it carries libusb, LGPL-2.1, and hidapi) wherever it appears in the
  table. Whoever ships binaries must let the recipient relink them: ship this source, or the object files. As
  Wendan is open source, shipping its source is enough.
- The embedded typeface (devices/ticket/typeface) is a subset of Noto Sans SC under the SIL Open Font License 1.1; its text lies beside it.
- Nothing under the GPL is linked. hennedo/escpos uses the C library's iconv through qiniu/iconv (Apache-2.0).

| module | version | licence |
|---|---|---|
T
go list -deps -f '{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}' ./cmd/... | sort -u | grep -v '^wendan' | while read -r path version dir; do
  file=$(find "$dir" -maxdepth 1 -iregex '.*/\(licen[sc]e\|copying\)[^/]*' | sort | head -1)
  text=$(head -60 "$file" 2>/dev/null | tr '\n' ' ')
  case "$text" in
    *"LESSER GENERAL PUBLIC"*) kind=LGPL-3.0 ;;
    *"GENERAL PUBLIC"*) kind=GPL ;;
    *"Mozilla Public"*) kind=MPL-2.0 ;;
    *"Apache License"*) kind=Apache-2.0 ;;
    *"Permission is hereby granted"*) kind=MIT ;;
    *"Permission to use, copy"*) kind=ISC ;;
    *Redistribution*Neither*) kind=BSD-3-Clause ;;
    *Redistribution*) kind=BSD-2-Clause ;;
    *) kind="unknown" ;;
  esac
  echo "| $path | $version | $kind |"
done
} > packaging/licences.md
