"""The bodies of answers, as Assets writes them."""
