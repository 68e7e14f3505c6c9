"""``python -m assetferry`` is the command line too."""

from assetferry.cli import main

main()
