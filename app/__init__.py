"""The application around the engine: sessions, controllers, sound devices. No widgets."""
