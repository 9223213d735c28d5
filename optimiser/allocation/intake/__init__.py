"""New clients: who belongs, a batch solved jointly, one client at a desk, what the coming weeks bring."""
