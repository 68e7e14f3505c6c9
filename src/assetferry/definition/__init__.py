"""What the user writes: one TOML file, its models, and every mistake in it at once.

Import what you need from the modules (``definition.load``, ``definition.document`` …); this
package itself imports nothing, so that commands which load no definition start fast.
"""
