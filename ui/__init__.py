"""The window: views and dialogs. Computes nothing."""
