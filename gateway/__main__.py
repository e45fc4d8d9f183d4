"""`python -m gateway` is the rdv command."""

from gateway.cli import main

main()
