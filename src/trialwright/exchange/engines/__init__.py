"""The SQL engines: they run what `logic` compiles over typed tables, and know nothing of what it means."""
