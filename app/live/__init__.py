"""Live explanation: a device, a thread that decides, and one that explains captured events."""
