"""Sound in and out. No widgets; one module, `portaudio`, knows the sound card."""
