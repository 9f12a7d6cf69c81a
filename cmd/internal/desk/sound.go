package desk

import (
	"os/exec"

	"wendan/ui/cashier"
)

// Beep sounds through the machine's own player when there is one. A register without a speaker stays silent.
func (d *Desk) Beep(s cashier.Sound) {
	if !d.prefs.Settings().Sound {
		return
	}
	path, err := exec.LookPath("beep")
	if err != nil {
		return
	}
	pitch, length := "1200", "20"
	switch s {
	case cashier.SoundDone:
		pitch, length = "1800", "90"
	case cashier.SoundError:
		pitch, length = "400", "250"
	}
	go exec.Command(path, "-f", pitch, "-l", length).Run()
}
