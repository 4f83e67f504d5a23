"""The panels of the window. They know the engine's types, and nothing else of HearWhy."""
