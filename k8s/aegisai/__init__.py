"""AegisAI's objects: a module per concern, put together by `chart`."""
