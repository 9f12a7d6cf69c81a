package kit

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
)

// Icon is a line drawing on a 24 by 24 grid, written as SVG path data.
type Icon string

// The icons of the register, drawn for it.
const (
	IconBackspace Icon = "M9 5H20V19H9L3 12ZM12 9.5L17 14.5M17 9.5L12 14.5"
	IconCheck     Icon = "M4.5 12.5L10 18L19.5 7"
	IconClose     Icon = "M6 6L18 18M18 6L6 18"
	IconPlus      Icon = "M12 5V19M5 12H19"
	IconMinus     Icon = "M5 12H19"
	IconLeft      Icon = "M15 5L8 12L15 19"
	IconRight     Icon = "M9 5L16 12L9 19"
	IconUp        Icon = "M5 15L12 8L19 15"
	IconDown      Icon = "M5 9L12 16L19 9"
	IconUndo      Icon = "M9 5L4 10L9 15M4 10H15C18 10 20 12 20 15C20 18 18 20 15 20H10"
	IconSearch    Icon = "M10.5 4C14.1 4 17 6.9 17 10.5C17 14.1 14.1 17 10.5 17C6.9 17 4 14.1 4 10.5C4 6.9 6.9 4 10.5 4ZM15.5 15.5L20.5 20.5"
	IconPrinter   Icon = "M7 9V4H17V9M7 17H4V9H20V17H17M7 14H17V20H7Z"
	IconDrawer    Icon = "M3 10H21V19H3ZM5 10L7 5H17L19 10M9.5 14.5H14.5"
	IconHold      Icon = "M8.5 5V19M15.5 5V19"
	IconList      Icon = "M8 6H20M8 12H20M8 18H20M4 6H4.2M4 12H4.2M4 18H4.2"
	IconPerson    Icon = "M12 4C14.2 4 16 5.8 16 8C16 10.2 14.2 12 12 12C9.8 12 8 10.2 8 8C8 5.8 9.8 4 12 4ZM4.5 20C5 16.5 8 14.5 12 14.5C16 14.5 19 16.5 19.5 20"
	IconLock      Icon = "M6 11H18V20H6ZM8.5 11V8C8.5 5.8 10 4 12 4C14 4 15.5 5.8 15.5 8V11"
	IconMoon      Icon = "M19.5 14.5C18.5 15 17.5 15.2 16.5 15.2C12.5 15.2 9.3 12 9.3 8C9.3 6.6 9.7 5.2 10.4 4.1C6.6 4.8 4 8 4 12C4 16.4 7.6 20 12 20C15.3 20 18.2 17.8 19.5 14.5Z"
	IconSun       Icon = "M12 8C14.2 8 16 9.8 16 12C16 14.2 14.2 16 12 16C9.8 16 8 14.2 8 12C8 9.8 9.8 8 12 8ZM12 2.5V4.5M12 19.5V21.5M2.5 12H4.5M19.5 12H21.5M5.3 5.3L6.7 6.7M17.3 17.3L18.7 18.7M18.7 5.3L17.3 6.7M6.7 17.3L5.3 18.7"
	IconNote      Icon = "M5 19L6 15L15.5 5.5L18.5 8.5L9 18ZM13.5 7.5L16.5 10.5M12 20H20"
	IconTag       Icon = "M4 4H12L20.5 12.5L12.5 20.5L4 12ZM8 8H8.2"
	IconBin       Icon = "M4 7H20M9 7V4H15V7M6.5 7L7.5 20H16.5L17.5 7M10.5 11V16M13.5 11V16"
	IconAlarm     Icon = "M12 4L21.5 20H2.5ZM12 10V14.5M12 17.2V17.4"
	IconGear      Icon = "M4 7H13M17 7H20M15 5V9M4 17H7M11 17H20M9 15V19M4 12H10M14 12H20M12 10V14"
	IconScan      Icon = "M4 9V4H9M15 4H20V9M20 15V20H15M9 20H4V15M4 12H20"
	IconBag       Icon = "M5 8H19L20 20H4ZM9 8V7C9 5 10.3 4 12 4C13.7 4 15 5 15 7V8"
)

// In returns the icon in a colour. Equal calls return resources of equal names, so Fyne
// draws each only once per size.
func (i Icon) In(c color.NRGBA) fyne.Resource {
	ink := fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><path d="` + string(i) +
		`" fill="none" stroke="` + ink + `" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`
	return fyne.NewStaticResource(fmt.Sprintf("%x%s.svg", hash(string(i)), ink[1:]), []byte(svg))
}

func hash(s string) uint32 { // FNV-1a, for names only
	h := uint32(2166136261)
	for k := 0; k < len(s); k++ {
		h = (h ^ uint32(s[k])) * 16777619
	}
	return h
}
