"""Explaining a sound while it happens: a stream in, decisions and captured events out.

No thread, clock or device lives here. Whoever has them feeds blocks to a `Listener` and asks it to
decide; the window's live view and the command `listen` do the same.
"""
