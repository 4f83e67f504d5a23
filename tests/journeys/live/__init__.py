"""Live listening, with real devices: another program plays, and the microphone hears it."""
