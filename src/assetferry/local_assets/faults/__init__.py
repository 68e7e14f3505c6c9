"""Faults on demand: how this server misbehaves when it is asked to.

A fault is set under ``/_local/faults`` and met by the next calls it is meant for. Faults stand
in the order they were set; a call goes through all that want it, until one of them answers.
They are looked at before anything else of the call, its credential included, and live in
memory only: a server that starts has none.
"""
