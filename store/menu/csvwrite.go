package menu

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Write writes a valid menu as a menu file that Read turns into the same menu: UTF-8 with
// a mark, so that Excel knows it, CRLF and Chinese header words. Errors are those of w.
func Write(w io.Writer, m *Menu) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write menu: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	section := func(s Section, cells ...string) { out.Write(append([]string{"#" + sectionsZH[s]}, cells...)) }
	section(InMenu, m.Name)
	categories, stations, groups := map[uint16]string{}, map[uint16]string{}, map[uint16]string{}
	for _, c := range m.Categories {
		categories[c.ID] = c.Name
		section(InCategory, whole(c.ID), c.Name, c.NameEN, whole(c.Colour))
	}
	for _, s := range m.Stations {
		stations[s.ID] = s.Code
		section(InStation, whole(s.ID), s.Code, s.Name, s.NameEN)
	}
	for _, g := range m.Groups {
		groups[g.ID] = g.Name
		section(InGroup, whole(g.ID), g.Name, g.NameEN, yesNo(g.Required), yesNo(g.Many))
	}
	for _, g := range m.Groups {
		for _, a := range g.Methods {
			section(InMethod, g.Name, whole(a.ID), a.Name, a.NameEN, a.Price.String(), yesNo(a.Times))
		}
	}
	for _, n := range m.Notes {
		section(InNote, n)
	}
	header := make([]string, len(dishColumns))
	for i, column := range dishColumns {
		header[i] = columnsZH[column]
	}
	out.Write(header)
	for i := range m.Dishes {
		d := &m.Dishes[i]
		out.Write([]string{whole(d.ID), d.Name, d.NameEN, d.Initials, categories[d.Category], price(d), sizes(d.Sizes),
			names(d.Groups, groups), names(d.Stations, stations), d.Barcode, d.Unit, yesNo(d.Hot), yesNo(d.Off)})
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write menu: %w", err)
	}
	return nil
}

func whole[T uint8 | uint16 | uint32](n T) string { return strconv.FormatUint(uint64(n), 10) }

func yesNo(yes bool) string {
	if yes {
		return "是"
	}
	return ""
}

func price(d *Dish) string {
	if len(d.Sizes) > 0 && d.Price == 0 {
		return ""
	}
	return d.Price.String()
}

func sizes(all []Size) string {
	parts := make([]string, len(all))
	for i, s := range all {
		parts[i] = s.Name
		if s.NameEN != "" {
			parts[i] += "/" + s.NameEN
		}
		parts[i] += ":" + s.Price.String()
	}
	return strings.Join(parts, "|")
}

func names(ids []uint16, of map[uint16]string) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = of[id]
	}
	return strings.Join(parts, "|")
}
