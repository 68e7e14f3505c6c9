"""The addresses: what each call reads, refuses and answers."""
