"""Schedules: what is asked for, when it is due, the call that starts an import (section 10)."""
